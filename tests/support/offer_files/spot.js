callback({
 "vers": 0.01,
 "config": {
  "rate": "perhr",
  "valueColumns": [
   "linux",
   "mswin"
  ],
  "currencies": [
   "USD"
  ],
  "regions": [
   {
    "region": "eu-ireland",
    "footnotes": {
     "*": "notAvailableForCCorCGPU"
    },
    "instanceTypes": [
     {
      "type": "gpuInstanceCurrentGen",
      "sizes": [
       {
        "size": "g4dn.xlarge",
        "valueColumns": [
         {
          "name": "linux",
          "prices": {
           "USD": "0.3511"
          }
         },
         {
          "name": "mswin",
          "prices": {
           "USD": "9.9999"
          }
         }
        ]
       },
       {
        "size": "g4dn.2xlarge",
        "valueColumns": [
         {
          "name": "linux",
          "prices": {
           "USD": "0.3738"
          }
         },
         {
          "name": "mswin",
          "prices": {
           "USD": "9.9999"
          }
         }
        ]
       },
       {
        "size": "g4dn.4xlarge",
        "valueColumns": [
         {
          "name": "linux",
          "prices": {
           "USD": "0.5814"
          }
         },
         {
          "name": "mswin",
          "prices": {
           "USD": "9.9999"
          }
         }
        ]
       },
       {
        "size": "g4dn.8xlarge",
        "valueColumns": [
         {
          "name": "linux",
          "prices": {
           "USD": "1.0187"
          }
         },
         {
          "name": "mswin",
          "prices": {
           "USD": "9.9999"
          }
         }
        ]
       },
       {
        "size": "g4dn.12xlarge",
        "valueColumns": [
         {
          "name": "linux",
          "prices": {
           "USD": "1.9055"
          }
         },
         {
          "name": "mswin",
          "prices": {
           "USD": "9.9999"
          }
         }
        ]
       },
       {
        "size": "g4dn.16xlarge",
        "valueColumns": [
         {
          "name": "linux",
          "prices": {
           "USD": "1.3342"
          }
         },
         {
          "name": "mswin",
          "prices": {
           "USD": "9.9999"
          }
         }
        ]
       },
       {
        "size": "g4dn.metal",
        "valueColumns": [
         {
          "name": "linux",
          "prices": {
           "USD": "3.8372"
          }
         },
         {
          "name": "mswin",
          "prices": {
           "USD": "9.9999"
          }
         }
        ]
       },
       {
        "size": "g5.xlarge",
        "valueColumns": [
         {
          "name": "linux",
          "prices": {
           "USD": "0.7264"
          }
         },
         {
          "name": "mswin",
          "prices": {
           "USD": "9.9999"
          }
         }
        ]
       },
       {
        "size": "g5.2xlarge",
        "valueColumns": [
         {
          "name": "linux",
          "prices": {
           "USD": "0.8079"
          }
         },
         {
          "name": "mswin",
          "prices": {
           "USD": "9.9999"
          }
         }
        ]
       },
       {
        "size": "g5.4xlarge",
        "valueColumns": [
         {
          "name": "linux",
          "prices": {
           "USD": "1.0759"
          }
         },
         {
          "name": "mswin",
          "prices": {
           "USD": "9.9999"
          }
         }
        ]
       },
       {
        "size": "g5.8xlarge",
        "valueColumns": [
         {
          "name": "linux",
          "prices": {
           "USD": "1.533"
          }
         },
         {
          "name": "mswin",
          "prices": {
           "USD": "9.9999"
          }
         }
        ]
       },
       {
        "size": "g5.12xlarge",
        "valueColumns": [
         {
          "name": "linux",
          "prices": {
           "USD": "3.2005"
          }
         },
         {
          "name": "mswin",
          "prices": {
           "USD": "9.9999"
          }
         }
        ]
       },
       {
        "size": "g5.16xlarge",
        "valueColumns": [
         {
          "name": "linux",
          "prices": {
           "USD": "1.4814"
          }
         },
         {
          "name": "mswin",
          "prices": {
           "USD": "9.9999"
          }
         }
        ]
       },
       {
        "size": "g5.24xlarge",
        "valueColumns": [
         {
          "name": "linux",
          "prices": {
           "USD": "2.3765"
          }
         },
         {
          "name": "mswin",
          "prices": {
           "USD": "9.9999"
          }
         }
        ]
       },
       {
        "size": "g5.48xlarge",
        "valueColumns": [
         {
          "name": "linux",
          "prices": {
           "USD": "5.1109"
          }
         },
         {
          "name": "mswin",
          "prices": {
           "USD": "9.9999"
          }
         }
        ]
       },
       {
        "size": "inf2.xlarge",
        "valueColumns": [
         {
          "name": "linux",
          "prices": {
           "USD": "0.2586"
          }
         },
         {
          "name": "mswin",
          "prices": {
           "USD": "9.9999"
          }
         }
        ]
       },
       {
        "size": "inf2.8xlarge",
        "valueColumns": [
         {
          "name": "linux",
          "prices": {
           "USD": "0.7748"
          }
         },
         {
          "name": "mswin",
          "prices": {
           "USD": "9.9999"
          }
         }
        ]
       },
       {
        "size": "inf2.24xlarge",
        "valueColumns": [
         {
          "name": "linux",
          "prices": {
           "USD": "1.8975"
          }
         },
         {
          "name": "mswin",
          "prices": {
           "USD": "9.9999"
          }
         }
        ]
       },
       {
        "size": "inf2.48xlarge",
        "valueColumns": [
         {
          "name": "linux",
          "prices": {
           "USD": "1.6227"
          }
         },
         {
          "name": "mswin",
          "prices": {
           "USD": "9.9999"
          }
         }
        ]
       },
       {
        "size": "p4d.24xlarge",
        "valueColumns": [
         {
          "name": "linux",
          "prices": {
           "USD": "17.1028"
          }
         },
         {
          "name": "mswin",
          "prices": {
           "USD": "9.9999"
          }
         }
        ]
       },
       {
        "size": "g6.xlarge",
        "valueColumns": [
         {
          "name": "linux",
          "prices": {
           "USD": "N/A*"
          }
         }
        ]
       }
      ]
     }
    ]
   },
   {
    "region": "us-east",
    "instanceTypes": [
     {
      "type": "gpuInstanceCurrentGen",
      "sizes": [
       {
        "size": "g4dn.xlarge",
        "valueColumns": [
         {
          "name": "linux",
          "prices": {
           "USD": "0.2271"
          }
         }
        ]
       }
      ]
     }
    ]
   }
  ]
 }
});

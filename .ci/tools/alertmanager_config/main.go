// Prints the alertmanager.yml that the pinned Prometheus operator makes of AlertmanagerConfig objects.
//
// Standard input holds {"version": "0.34.0", "strategy": "OnNamespace", "base": "route: …", "configs": [AlertmanagerConfig …],
// "secrets": [Secret …]} as JSON; "base" is the configuration that the objects are added to.
// What the operator would refuse ends with its words on standard error and 1.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"

	"github.com/blang/semver/v4"
	"github.com/prometheus-operator/prometheus-operator/pkg/alertmanager"
	validation "github.com/prometheus-operator/prometheus-operator/pkg/alertmanager/validation/v1alpha1"
	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	monitoringv1alpha1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1alpha1"
	"github.com/prometheus-operator/prometheus-operator/pkg/assets"
	corev1 "k8s.io/api/core/v1"
)

type input struct {
	Version  string                                             `json:"version"`
	Base     string                                             `json:"base"`
	Strategy monitoringv1.AlertmanagerConfigMatcherStrategyType `json:"strategy"`
	Configs  []*monitoringv1alpha1.AlertmanagerConfig           `json:"configs"`
	Secrets  []*corev1.Secret                                   `json:"secrets"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	var in input
	decoder := json.NewDecoder(os.Stdin)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		return err
	}
	version, err := semver.Parse(in.Version)
	if err != nil {
		return err
	}
	// the API server turns stringData into data; the operator reads data alone
	objects := make([]any, 0, len(in.Secrets))
	for _, secret := range in.Secrets {
		secret.Data = map[string][]byte{}
		for key, value := range secret.StringData {
			secret.Data[key] = []byte(value)
		}
		objects = append(objects, secret)
	}
	var owner monitoringv1.Alertmanager
	owner.Namespace = "monitoring"
	owner.Spec.AlertmanagerConfigMatcherStrategy.Type = in.Strategy
	builder := alertmanager.NewConfigBuilder(slog.New(slog.NewTextHandler(os.Stderr, nil)), version, assets.NewTestStoreBuilder(objects...), &owner)
	if err := builder.InitializeFromRawConfiguration([]byte(in.Base)); err != nil {
		return err
	}
	configs := map[string]*monitoringv1alpha1.AlertmanagerConfig{}
	for _, config := range in.Configs {
		if err := validation.ValidateAlertmanagerConfig(config); err != nil {
			return err
		}
		configs[config.Namespace+"/"+config.Name] = config
	}
	if err := builder.AddAlertmanagerConfigs(context.Background(), configs); err != nil {
		return err
	}
	made, err := builder.MarshalJSON()
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(made)
	return err
}

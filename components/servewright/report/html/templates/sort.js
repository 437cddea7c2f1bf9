
"use strict";
(function () {
  const said = document.getElementById("said");
  // what is unknown stands first whichever way the rows are sorted
  function order(a, b, sign, number) {
    if (a === b) return 0;
    if (a === "") return -1;
    if (b === "") return 1;
    return sign * (number ? Number(a) - Number(b) : a.localeCompare(b, "en"));
  }
  function key(row, place, number) {
    const cell = row.cells[place];
    return number ? cell.dataset.value || "" : cell.textContent.trim();
  }
  function sort(table, head, place) {
    const number = head.classList.contains("number");
    const first = number ? "descending" : "ascending";
    const now = head.getAttribute("aria-sort");
    const next = now === null ? first : now === "ascending" ? "descending" : "ascending";
    const body = table.tBodies[0];
    const rows = Array.from(body.rows, (row) => ({ row: row, key: key(row, place, number) }));
    rows.sort((a, b) => order(a.key, b.key, next === "ascending" ? 1 : -1, number));
    for (const each of table.tHead.rows[0].cells) each.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", next);
    body.append(...rows.map((each) => each.row));
    said.textContent = "Sorted by " + head.textContent.trim() + ", " + next;
  }
  for (const table of document.querySelectorAll("table.sortable")) {
    Array.from(table.tHead.rows[0].cells).forEach((head, place) => {
      if (head.tagName !== "TH") return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => sort(table, head, place));
    });
  }
  // what is folded is printed too
  const folded = [];
  addEventListener("beforeprint", () => document.querySelectorAll("details:not([open])").forEach((each) => { each.open = true; folded.push(each); }));
  addEventListener("afterprint", () => { for (const each of folded.splice(0)) each.open = false; });
})();

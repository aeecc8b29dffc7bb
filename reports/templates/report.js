"use strict";
// Filters are an extra: without this script everything is shown.
for (const bar of document.querySelectorAll(".filters")) {
  const cards = document.querySelectorAll(`#${CSS.escape(bar.dataset.of)} .card`);
  const rows = document.querySelectorAll(`#${CSS.escape(bar.dataset.of)} .register tbody tr`);
  const shown = bar.querySelector("output");
  const chosen = (name) => bar.querySelector(`[name=${name}]`).value;
  const fits = (list, value) => !value || list.split(" ").includes(value);
  const apply = () => {
    let count = 0;
    for (const card of cards) {
      let any = false;
      for (const part of card.querySelectorAll("[data-mark]")) {
        part.hidden = !(fits(part.dataset.mark, chosen("mark")) && fits(part.dataset.network, chosen("network")));
        any ||= !part.hidden;
      }
      for (const fold of card.querySelectorAll("details.fold")) {
        const parts = [...fold.querySelectorAll("[data-mark]")];
        fold.hidden = parts.length > 0 && parts.every((part) => part.hidden);
        fold.open = !fold.hidden && chosen("mark") !== "";
      }
      const narrowed = chosen("mark") || chosen("network");
      card.hidden = !fits(card.dataset.kind, chosen("kind")) || (narrowed && !any);
      count += card.hidden ? 0 : 1;
    }
    for (const row of rows) {
      const found = row.dataset.found.split(" ").map((one) => one.split("@"));
      const any = found.some(([mark, network]) => fits(mark, chosen("mark")) && fits(network ?? "", chosen("network")));
      row.hidden = !fits(row.dataset.kind, chosen("kind")) || ((chosen("mark") || chosen("network")) && !any);
      count += row.hidden ? 0 : 1;
    }
    shown.textContent = `Показано: ${count} из ${cards.length + rows.length}`;
  };
  bar.addEventListener("change", apply);
  bar.hidden = false;
}

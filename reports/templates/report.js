"use strict";
// Filters and search are an extra: without this script everything is shown, and found by contents.
const plain = (text) => text.toLowerCase().replaceAll("ё", "е");
for (const bar of document.querySelectorAll(".filters")) {
  const town = document.getElementById(bar.dataset.of);
  const cards = town.querySelectorAll(".card");
  const rows = town.querySelectorAll(".register tbody tr");
  const links = town.querySelectorAll(".index li");
  const lists = town.querySelectorAll(".found");
  const shown = bar.querySelector("output");
  const chosen = (name) => bar.querySelector(`[name=${name}]`)?.value ?? "";
  const fits = (list, value) => !value || list.split(" ").includes(value);
  const named = (text) => plain(chosen("words")).split(/\s+/).every((word) => plain(text).includes(word));
  const apply = () => {
    let count = 0;
    const narrowed = chosen("mark") || chosen("network");
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
      card.hidden = !fits(card.dataset.kind, chosen("kind")) || !named(card.dataset.name) || (narrowed && !any);
      if (narrowed && any) card.firstElementChild.open = true;
      count += card.hidden ? 0 : 1;
    }
    for (const row of rows) {
      const found = row.dataset.found.split(" ").map((one) => one.split("@"));
      const any = found.some(([mark, network]) => fits(mark, chosen("mark")) && fits(network ?? "", chosen("network")));
      row.hidden = !fits(row.dataset.kind, chosen("kind")) || !named(row.cells[0].textContent) || (narrowed && !any);
      count += row.hidden ? 0 : 1;
    }
    for (const link of links) {
      const of = link.closest(".found")?.firstElementChild.textContent ?? "";
      link.hidden = !named(`${link.textContent} ${of}`);
    }
    for (const list of lists) {
      const left = list.querySelectorAll("li:not([hidden])").length;
      list.hidden = left === 0 && chosen("words").trim() !== "";
      list.open = left > 0 && chosen("words").trim() !== "";
      count += left;
    }
    shown.textContent = `Показано: ${count} из ${lists.length ? links.length : cards.length + rows.length}`;
  };
  bar.addEventListener("input", apply);
  bar.hidden = false;
}
// Whoever follows a link to a card, or into a list that is folded, wants to read it.
const unfold = () => {
  const found = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const fold = found?.matches(".card") ? found.firstElementChild : found?.closest("details");
  if (!fold || fold.open) return;
  fold.open = true;
  found.scrollIntoView();
};
addEventListener("hashchange", unfold);
unfold();
// Paper cannot be unfolded.
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details.matters:not([open])")];
  for (const fold of opened) fold.open = true;
});
addEventListener("afterprint", () => {
  for (const fold of opened) fold.open = false;
});

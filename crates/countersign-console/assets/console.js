// What a page has in addition if scripts run. Every page works without this file.
"use strict";

// Copies a line for a shell.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.previousElementSibling.textContent);
    button.textContent = "Copied";
  });
}

// Keeps the list up to date: loads the page again when the server says that it has changed.
const live = document.getElementById("live");
if (live && window.EventSource) {
  live.closest("label").hidden = false;
  const news = document.getElementById("news");
  let events = null;
  const update = async () => {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const rows = document.getElementById("rows");
    const focused = document.activeElement?.getAttribute("href");
    rows.replaceChildren(...page.getElementById("rows").childNodes);
    // The element that had the focus was replaced.
    if (focused) [...rows.querySelectorAll("a")].find((a) => a.getAttribute("href") === focused)?.focus();
    news.textContent = "Updated " + new Date().toLocaleTimeString();
  };
  const follow = () => {
    events?.close();
    events = null;
    if (!live.checked || document.hidden) return;
    events = new EventSource(live.dataset.events);
    events.addEventListener("changed", update);
  };
  live.addEventListener("change", follow);
  // A page that nobody sees does not hold a connection.
  document.addEventListener("visibilitychange", () => { follow(); if (!document.hidden && live.checked) update(); });
  follow();
}

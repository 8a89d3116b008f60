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
  const stopped = document.getElementById("stopped");
  let events = null;
  let again = 0;
  const stop = () => {
    events?.close();
    events = null;
    clearTimeout(again);
  };
  // A server that is away, or that has too many live lists, is asked again later.
  const fail = () => {
    stop();
    if (!live.checked || document.hidden) return;
    stopped.textContent = "Not up to date: no answer, too many live lists, or a login is needed. Trying again.";
    again = setTimeout(() => { update(); follow(); }, 15000);
  };
  const update = async () => {
    const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
    const text = answer?.ok && !answer.redirected ? await answer.text().catch(() => "") : "";
    const list = new DOMParser().parseFromString(text, "text/html").getElementById("rows");
    if (!list) return fail();
    const rows = document.getElementById("rows");
    const focused = document.activeElement?.getAttribute("href");
    rows.replaceChildren(...list.childNodes);
    // The element that had the focus was replaced.
    if (focused) [...rows.querySelectorAll("a")].find((a) => a.getAttribute("href") === focused)?.focus();
    news.textContent = `Updated ${new Date().toISOString().slice(11, 19)} UTC`;
    stopped.textContent = "";
  };
  const follow = () => {
    stop();
    if (!live.checked || document.hidden) return;
    events = new EventSource(live.dataset.events);
    events.addEventListener("changed", update);
    // The server ends each connection after a while. Nobody has seen what changed since.
    let isOld = false;
    events.addEventListener("open", () => {
      stopped.textContent = "";
      if (isOld) update();
      isOld = true;
    });
    // The browser itself connects again unless the answer was an error.
    events.addEventListener("error", () => { if (events?.readyState === EventSource.CLOSED) fail(); });
  };
  live.addEventListener("change", () => { stopped.textContent = ""; follow(); });
  // A page that nobody sees does not hold a connection.
  document.addEventListener("visibilitychange", () => { follow(); if (!document.hidden && live.checked) update(); });
  follow();
}

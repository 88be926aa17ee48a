// Parts of the page that renew themselves, as long as somebody looks and types nothing there.
const EVERY = 10_000;

for (const region of document.querySelectorAll("[data-live]")) {
  const news = region.parentElement.querySelector("[data-live-news]");
  let failures = 0;

  const renew = async () => {
    if (document.hidden || region.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) return;
    let response;
    try {
      response = await fetch(region.dataset.live, { headers: { "If-None-Match": region.dataset.version }, redirect: "error" });
    } catch {
      failures += 1;
      if (failures === 3) news.textContent = "The server does not answer; what you see may be old.";
      return;
    }
    if (response.status === 304) { failures = 0; return; }
    if (!response.ok) return;
    failures = 0;
    const text = await response.text();
    const focused = region.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    const open = new Set([...region.querySelectorAll("details[open][id]")].map((details) => details.id));
    const scrolled = [...region.querySelectorAll(".scroll")].map((box) => box.scrollLeft);
    region.innerHTML = text;
    region.dataset.version = response.headers.get("etag") ?? "";
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    region.querySelectorAll(".scroll").forEach((box, index) => { box.scrollLeft = scrolled[index] ?? 0; });
    if (focused) region.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    news.textContent = "What you see has been renewed.";
  };

  setInterval(renew, EVERY);
  document.addEventListener("visibilitychange", renew);
}

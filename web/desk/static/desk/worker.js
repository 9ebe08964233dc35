/* The desk's service worker: keeps the two scan pages and what they're made of, and gives them out when the network or the
   server is away. Pages that name anybody are never kept: only the branch's own copies. */
const KEPT = "desk-1";
const COPIES = { "check-in": "/desk/outage/kept/check-in", "check-out": "/desk/outage/kept/check-out" };
const AWAY = [502, 503, 504];
/* Milliseconds: a network that swallows everything gives no answer at all, and the browser would wait for minutes. */
const PATIENCE = { page: 8_000, part: 3_000 };

const partsOf = (text) => [...text.matchAll(/(?:src|href)="((?:\/static\/|\/theme\.css)[^"]*)"/g)]
  .map((match) => match[1].replaceAll("&amp;", "&"));

/* Fetched with the cookies of whoever is logged in; a log-in page in place of the copy isn't kept. */
const keep = async () => {
  const cache = await caches.open(KEPT);
  const parts = new Set();
  for (const address of Object.values(COPIES)) {
    const answer = await fetch(address, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) throw new Error("no copy");
    for (const part of partsOf(await answer.clone().text())) parts.add(part);
    await cache.put(address, answer);
  }
  for (const part of parts) {
    const answer = await fetch(part);
    if (answer.ok) await cache.put(part, answer);
  }
  for (const request of await cache.keys()) {
    const { pathname, search } = new URL(request.url);
    if (!parts.has(pathname + search) && !Object.values(COPIES).includes(pathname)) await cache.delete(request);
  }
};

const copyFor = async (address) => {
  const name = new URL(address).pathname.startsWith("/desk/check-in") ? "check-in" : "check-out";
  return (await caches.open(KEPT)).match(COPIES[name]);
};

/* A copy in place of an answer that's long in coming; without one, whatever comes in the end. */
const keptAfter = async (patience, kept, asked) => {
  await new Promise((resolve) => { setTimeout(resolve, patience); });
  return (await kept()) || asked;
};

const orKept = async (request, kept, patience) => {
  const asked = fetch(request);
  try {
    const answer = await Promise.race([asked, keptAfter(patience, kept, asked)]);
    if (!AWAY.includes(answer.status)) return answer;
    return (await kept()) || answer;
  } catch (problem) {
    const copy = await kept();
    if (copy) return copy;
    throw problem;
  }
};

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name);
    await clients.claim();
  })());
});
addEventListener("message", (event) => {
  if (event.data !== "keep") return;
  // The network may go while it's keeping: then the older copies stand.
  event.waitUntil(keep().then(
    () => event.source?.postMessage("kept"),
    () => event.source?.postMessage("not kept"),
  ));
});
addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin) return;
  if (request.mode === "navigate" && pathname.startsWith("/desk/")) {
    event.respondWith(orKept(request, () => copyFor(request.url), PATIENCE.page));
  } else if (pathname.startsWith("/static/") || pathname === "/theme.css") {
    event.respondWith(orKept(request, () => caches.match(request), PATIENCE.part));
  }
});

// Shows a mail as soon as it is there. What is being read or selected is left alone as long as nothing is new.
const EVERY_MS = 2000;
const shown = Number(document.querySelector("main").dataset.newest);

async function look() {
  const response = await fetch("/sandbox/mails").catch(() => null);
  const newest = response?.ok ? ((await response.json()).mails[0]?.id ?? 0) : shown;
  if (newest !== shown) location.reload();
}

setInterval(look, EVERY_MS);

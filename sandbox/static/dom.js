// The few helpers that both halves of the page share. Text becomes text nodes: data is never markup.
export const $ = (id) => document.getElementById(id);

/** An element with properties, attributes and `on…` listeners; children that are null are left out. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in node && name !== "list") node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

/** Nodes that have not changed stay, so that focus, playback, an open list and selection survive a poll. */
export function fill(parent, nodes) {
  nodes.forEach((node, index) => {
    const present = parent.children[index];
    const key = node.outerHTML;
    if (!present) parent.append(keep(node, key));
    else if (drawn.get(present) !== key) present.replaceWith(keep(node, key));
  });
  while (parent.children.length > nodes.length) parent.lastElementChild.remove();
}

// What a node was drawn from: a <details> that the user has opened has another outerHTML since.
const drawn = new WeakMap();
function keep(node, key) {
  drawn.set(node, key);
  return node;
}

export function initials(name) {
  return [...name.replace(/[^\p{L}\p{N} ]/gu, "").trim()][0]?.toUpperCase() || "?";
}

/** Calls the control API; throws an Error with its sentence. */
export async function call(method, path, body) {
  const response = await fetch(`/sandbox${path}`, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!response.ok) {
    const said = await response.json().catch(() => ({}));
    throw new Error(said.error || `HTTP ${response.status}`);
  }
  return response;
}

// What was not sent, kept in this browser: given back after reload, crash or lost claim.
const PREFIX = "dailies.draft.";
const EVERY_MS = 500;

let signedOut = false;

function stored(act) {
  try { return act(localStorage); } catch { return null; } // private windows forget, and quotas end
}

/** Keep what `getState()` says under `key` whenever it changes; null is nothing to keep. Returns what ends it. */
export function keep(key, getState) {
  let last = JSON.stringify(getState());
  const tick = () => {
    const state = JSON.stringify(getState());
    if (state === last || signedOut) return;
    last = state;
    if (state === "null") forget(key);
    else stored((all) => all.setItem(PREFIX + key, `{"at":${Date.now()},"state":${state}}`));
  };
  const clock = setInterval(tick, EVERY_MS);
  addEventListener("pagehide", tick);
  return () => {
    tick();
    clearInterval(clock);
    removeEventListener("pagehide", tick);
  };
}

/** { state, at: "14:02" }, or null. Restore before you keep. */
export function restore(key) {
  const { at, state } = stored((all) => JSON.parse(all.getItem(PREFIX + key))) ?? {};
  return at ? { state, at: new Date(at).toTimeString().slice(0, 5) } : null;
}

export function forget(key) {
  stored((all) => all.removeItem(PREFIX + key));
}

/** On signing out. */
export function forgetAll() {
  signedOut = true;
  stored((all) => Object.keys(all).forEach((key) => key.startsWith(PREFIX) && all.removeItem(key)));
}

// Enlivens the server-drawn lanes: playhead, range, hover picture, click, drag; and keeps the slider's words true.
import { playerOf } from "./player.js";

export function attach(timeline) {
  const stage = timeline.closest("main").querySelector(`#${timeline.dataset.stage}`);
  const begin = () => draw(timeline, playerOf(stage));
  if (playerOf(stage)?.table) begin();
  else stage.addEventListener("player", begin, { once: true });
}

function draw(timeline, player) {
  const field = timeline.querySelector(".field-of-frames");
  const slider = timeline.querySelector("[role=slider]");
  const place = (frame) => `${(100 * frame) / player.table.count}%`;

  const playhead = () => {
    slider.style.setProperty("--at", (player.frame + 0.5) / player.table.count);
    if (player.video.paused || player.frame % 12 === 0) describe(slider, player);
  };
  const range = () => {
    const mark = timeline.querySelector(".range");
    const [first, end] = player.range ?? [0, 0];
    mark.setAttribute("x", place(first));
    mark.setAttribute("width", place(end - first));
    mark.toggleAttribute("hidden", !player.range);
  };
  player.addEventListener("frame", playhead);
  player.addEventListener("landed", () => describe(slider, player));
  player.addEventListener("range", range);
  playhead();
  range();
  pointers(timeline, field, player);
  zooms(timeline, player);
  if (!("veiled" in player.stage.dataset)) new Image().src = timeline.dataset.sprite; // there before the pointer is
}

// How much of the clip the window shows; what that needs comes when it is first asked for.
function zooms(timeline, player) {
  const lanes = async (act, ...given) => {
    const { lanesOf } = await import("./lanes.js");
    lanesOf(timeline, player)[act](...given);
  };
  player.addEventListener("lanes-in", () => lanes("step", 1));
  player.addEventListener("lanes-out", () => lanes("step", -1));
  timeline.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    lanes("turn", event);
  }, { passive: false });
}

function describe(slider, player) {
  slider.setAttribute("aria-valuemax", player.table.count - 1);
  slider.setAttribute("aria-valuenow", player.frame);
  slider.setAttribute("aria-valuetext", `${player.table.timecode(player.frame)}, frame ${player.frame} of ${player.table.count}`);
}

// A press on the ruler scrubs, elsewhere it seeks; a drag elsewhere sets the range.
function pointers(timeline, field, player) {
  const still = timeline.querySelector(".still");
  let from = null;
  const frameAt = (event) => {
    const box = field.getBoundingClientRect();
    return player.table.clamp(Math.floor(((event.clientX - box.left) / box.width) * player.table.count));
  };
  field.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.target.closest("[data-finding], [data-note]")) return;
    from = { frame: frameAt(event), x: event.clientX, scrubs: Boolean(event.target.closest(".lane-ruler")) };
    field.setPointerCapture(event.pointerId);
    field.dataset.dragged = "";
    player.pause();
    if (!from.scrubs) player.show(from.frame);
  });
  field.addEventListener("pointermove", (event) => {
    const frame = frameAt(event);
    picture(still, timeline, player, frame, event);
    if (!from || from.scrubs || Math.abs(event.clientX - from.x) < 4) return;
    player.setRange(Math.min(from.frame, frame), Math.max(from.frame, frame) + 1);
  });
  const end = () => {
    from = null;
    delete field.dataset.dragged;
  };
  field.addEventListener("pointerup", (event) => {
    if (from?.scrubs) player.show(frameAt(event));
    end();
  });
  field.addEventListener("pointercancel", end);
  field.addEventListener("pointerleave", () => { still.hidden = true; });
}

// The tile of the sprite sheet at or before the frame under the pointer.
function picture(still, timeline, player, frame, event) {
  const { sprite } = player.table;
  if (!sprite || event.pointerType === "touch") return;
  const tile = Math.min(sprite.tiles - 1, Math.floor(frame / sprite.every));
  still.style.width = `${sprite.width}px`;
  still.style.height = `${sprite.height}px`;
  still.style.backgroundImage = `url("${timeline.dataset.sprite}")`;
  still.style.backgroundPosition = `${-(tile % sprite.columns) * sprite.width}px ${-Math.floor(tile / sprite.columns) * sprite.height}px`;
  still.dataset.timecode = player.table.timecode(frame);
  still.hidden = false;
  const box = timeline.getBoundingClientRect();
  const half = still.offsetWidth / 2;
  still.style.left = `${Math.max(half, Math.min(box.width - half, event.clientX - box.left))}px`;
}

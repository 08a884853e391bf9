// Which frames were really shown to this person: what the bar under the clip says is what a decision stores.
const MOST_GAP = 4; // frames between two that were presented count as shown
const STILL_MS = 200;
const FASTEST = 2;
const LONGEST_STEP_S = 0.5; // a pause between two frames is no watching

export class Coverage {
  constructor(player, lane) {
    Object.assign(this, { player, lane, last: -1, seconds: 0, heard: 0, fastest: 0, onScreen: true });
    this.seen = new Uint8Array(player.table.count);
    new IntersectionObserver(([entry]) => { this.onScreen = entry.intersectionRatio >= 0.5; }, { threshold: 0.5 }).observe(player.stage);
    player.addEventListener("frame", () => this.look());
    player.addEventListener("state", () => this.look());
  }

  look() {
    const { video, frame } = this.player;
    clearTimeout(this.still);
    if (document.hidden || !this.onScreen || video.playbackRate > FASTEST) this.last = -1;
    else if (video.paused) {
      this.last = -1;
      this.still = setTimeout(() => this.mark(frame, frame), STILL_MS);
    } else this.play(frame, performance.now());
  }

  play(frame, now) {
    const gap = frame - this.last;
    const step = (now - this.at) / 1000;
    const goesOn = this.last >= 0 && gap > 0 && gap <= MOST_GAP + 1;
    this.mark(goesOn ? this.last + 1 : frame, frame);
    if (this.last >= 0 && step < LONGEST_STEP_S) {
      this.seconds += step;
      if (!this.player.video.muted && "sound" in this.player.stage.dataset) this.heard += step;
      this.fastest = Math.max(this.fastest, this.player.video.playbackRate);
    }
    [this.last, this.at] = [frame, now];
  }

  mark(first, last) {
    if (this.seen.subarray(first, last + 1).every(Boolean)) return;
    this.seen.fill(1, first, last + 1);
    this.drawing ??= setTimeout(() => this.draw(), 250);
  }

  // [start, end) of each stretch that was shown, or with 0 of each that was not.
  ranges(shown = 1) {
    const found = [];
    for (let from = this.seen.indexOf(shown), end; from >= 0; from = this.seen.indexOf(shown, end)) {
      end = this.seen.indexOf(1 - shown, from);
      if (end < 0) end = this.seen.length;
      found.push([from, end]);
    }
    return found;
  }

  draw() {
    this.drawing = undefined;
    const share = (frames) => `${(100 * frames) / this.seen.length}%`;
    this.lane?.replaceChildren(...this.ranges().map(([start, end]) => {
      const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      for (const [name, value] of Object.entries({ x: share(start), width: share(end - start), y: 8, height: 4 })) bar.setAttribute(name, value);
      return bar;
    }));
    this.player.say("covered");
  }

  told() {
    return JSON.stringify({ ranges: this.ranges(), seconds: this.seconds, heard_seconds: this.heard, fastest: this.fastest });
  }
}

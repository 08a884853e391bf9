// The frame table: which instant belongs to which frame. Frames count from 0; the server measured the times.

export class FrameTable {
  // `times` lists the start of each frame in units of 1/timescale; a constant rate gives `step` (and `start`) instead.
  constructor({ timescale, count, times, step, start = 0, end, fps = "0", sprite }) {
    Object.assign(this, { timescale, count, sprite });
    this.times = times ?? Array.from({ length: count }, (_, n) => start + n * step);
    const last = this.times[count - 1];
    this.end = end ?? last + (step ?? (count > 1 ? last - this.times[count - 2] : timescale / 24));
    this.rate = parseRate(fps) || (count * timescale) / (this.end - this.times[0]);
  }

  static async load(url) {
    const answer = await fetch(url, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(`frames.json: ${answer.status}`);
    return new FrameTable(await answer.json());
  }

  clamp(n) {
    return Math.max(0, Math.min(this.count - 1, Math.round(n)));
  }

  starts(n) {
    return (n < this.count ? this.times[Math.max(0, n)] : this.end) / this.timescale;
  }

  // Seeking inside the frame shows exactly it; seeking to its start often shows a neighbour. Just short of the middle,
  // because Chromium rounds to the track's own units: at one unit a frame the middle itself may round to the next.
  middle(n) {
    return this.starts(n) + 0.45 * (this.starts(n + 1) - this.starts(n));
  }

  // Browsers round presentation times to microseconds, hence the forgiveness of a tenth of a frame.
  at(mediaTime) {
    const forgiveness = 0.1 / this.rate;
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const probe = (low + high + 1) >> 1;
      if (this.starts(probe) <= mediaTime + forgiveness) low = probe;
      else high = probe - 1;
    }
    return low;
  }

  seconds(frames) {
    return frames / this.rate;
  }

  framesIn(seconds) {
    return Math.max(1, Math.round(seconds * this.rate));
  }

  timecode(n) {
    return timecode(n, this.rate);
  }
}

export function parseRate(text) {
  const [over, under = "1"] = String(text).split("/");
  return Number(over) / Number(under) || 0;
}

// SMPTE ST 12-1, the same as studio/media/timecode.py: at 29.97, 59.94 and 119.88 numbers are dropped, and ";" says so.
export function timecode(n, rate) {
  const nominal = Math.max(1, Math.round(rate));
  const drops = nominal % 30 === 0 && Math.abs(rate - nominal / 1.001) < 1e-3 ? nominal / 15 : 0;
  let number = n;
  if (drops) {
    const minute = nominal * 60 - drops;
    const ten = minute * 10 + drops;
    const rest = n % ten;
    number += drops * 9 * Math.floor(n / ten) + (rest > drops ? drops * Math.floor((rest - drops) / minute) : 0);
  }
  const two = (value) => String(value).padStart(2, "0");
  const seconds = Math.floor(number / nominal);
  const parts = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map((value) => two(Math.floor(value)));
  return `${parts.join(":")}${drops ? ";" : ":"}${String(number % nominal).padStart(Math.max(2, String(nominal - 1).length), "0")}`;
}

let context: AudioContext | null = null;

/** Plays two soft notes. They are made here: a sound file would be one more thing to load. `volume` is 0 to 1. */
export function chime(volume: number): void {
  context ??= new AudioContext();
  // Browsers keep pages silent until somebody has clicked in them.
  if (context.state === 'suspended') void context.resume();
  for (const [at, frequency] of [
    [0, 880],
    [0.12, 1174.66],
  ] as const) {
    const tone = context.createOscillator();
    const gain = context.createGain();
    const start = context.currentTime + at;
    tone.frequency.value = frequency;
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(volume * 0.3, start + 0.015);
    gain.gain.exponentialRampToValueAtTime(0.0001, start + 0.3);
    tone.connect(gain).connect(context.destination);
    tone.start(start);
    tone.stop(start + 0.32);
  }
}

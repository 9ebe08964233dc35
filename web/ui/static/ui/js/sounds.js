/* Sounds: each kind of result has its own, by pitch, number and rhythm. They repeat what the sign and the word say, and can
   be softened or switched off; the choice is kept in this browser. */
(() => {
  const KEY = "sounds";
  // Each tone: pitch in Hz, start and length in milliseconds.
  const TONES = {
    ok: [[988, 0, 70]],
    patron: [[659, 0, 70], [988, 90, 90]],
    notice: [[740, 0, 90], [740, 150, 90]],
    stop: [[196, 0, 200], [147, 230, 320]],
    wait: [[440, 0, 50]],
    hold: [[659, 0, 80], [831, 100, 80], [988, 200, 160]],
    transit: [[988, 0, 80], [740, 110, 80], [554, 220, 160]],
  };
  const CHOICES = {
    clear: { wave: "triangle", volume: 0.35, kinds: Object.keys(TONES) },
    soft: { wave: "sine", volume: 0.15, kinds: Object.keys(TONES) },
    problems: { wave: "triangle", volume: 0.35, kinds: ["stop", "notice"] },
    off: { wave: "sine", volume: 0, kinds: [] },
  };
  let audio = null;

  const chosen = () => {
    try {
      const name = localStorage.getItem(KEY);
      return Object.hasOwn(CHOICES, name) ? name : "clear";
    } catch { return "clear"; }
  };

  const tone = ([pitch, start, length], { wave, volume }) => {
    const begin = audio.currentTime + start / 1000;
    const end = begin + length / 1000;
    const oscillator = new OscillatorNode(audio, { type: wave, frequency: pitch });
    const gain = new GainNode(audio, { gain: 0 });
    // Ramps, because a tone that starts or stops at once clicks.
    gain.gain.setValueAtTime(0, begin);
    gain.gain.linearRampToValueAtTime(volume, begin + 0.008);
    gain.gain.setValueAtTime(volume, end - 0.015);
    gain.gain.linearRampToValueAtTime(0, end);
    oscillator.connect(gain).connect(audio.destination);
    oscillator.start(begin);
    oscillator.stop(end);
  };

  const play = (kind) => {
    const choice = CHOICES[chosen()];
    document.documentElement.dataset.lastSound = choice.kinds.includes(kind) ? kind : "";
    if (!choice.kinds.includes(kind) || !TONES[kind]) return;
    try {
      audio ||= new AudioContext();
      audio.resume();
      for (const part of TONES[kind]) tone(part, choice);
    } catch { /* No sound card, or none allowed: the sign and the word are there. */ }
  };

  const showChoice = () => {
    for (const button of document.querySelectorAll("[data-sound-choice]")) {
      button.toggleAttribute("aria-current", false);
      if (button.dataset.soundChoice === chosen()) button.setAttribute("aria-current", "true");
    }
  };

  document.addEventListener("ui:result", (event) => play(event.detail.kind));
  document.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-sound-choice]");
    if (choice) {
      try { localStorage.setItem(KEY, choice.dataset.soundChoice); } catch { /* Kept for this page only. */ }
      showChoice();
      play("notice");
    }
    const sample = event.target.closest("[data-sound-sample]");
    if (sample) play(sample.dataset.soundSample);
  });
  // An answer of htmx has its sound by the same header as a scan.
  document.addEventListener("htmx:afterOnLoad", (event) => {
    const kind = event.detail.xhr.getResponseHeader("X-Scan-Kind");
    if (kind) play(kind);
  });
  showChoice();
})();

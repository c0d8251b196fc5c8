// Speaks the instructions, where the device has a voice for the language.

export function voiceFor(lang: string, all: readonly SpeechSynthesisVoice[] = globalThis.speechSynthesis?.getVoices() ?? []): SpeechSynthesisVoice | undefined {
  const [base] = lang.toLowerCase().split("-");
  const fits = all.filter((v) => v.lang.toLowerCase().replace("_", "-").split("-")[0] === base);
  // What is spoken on the device goes nowhere else.
  return fits.find((v) => v.localService && v.lang.toLowerCase() === lang.toLowerCase()) ?? fits.find((v) => v.localService);
}

export function say(text: string, voice: SpeechSynthesisVoice) {
  speechSynthesis.cancel();
  const u = new SpeechSynthesisUtterance(text);
  u.voice = voice;
  u.lang = voice.lang;
  u.rate = 0.95;
  speechSynthesis.speak(u);
}

export const hush = () => globalThis.speechSynthesis?.cancel();

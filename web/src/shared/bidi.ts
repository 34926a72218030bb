/** Embeddings, overrides and isolates: what can turn the text around it. The marks (LRM, RLM, ALM) cannot. */
const BIDI_CONTROLS = /[\u202A-\u202E\u2066-\u2069]/g;

/** A name for an attribute or a title, where no element can isolate it: it cannot turn the words beside it. */
export function withoutBidiControls(text: string): string {
  return text.replace(BIDI_CONTROLS, '');
}

import type { Word } from "../lib/words";
import { Glyph } from "./glyph";

/** A glyph and a word, coloured by tone; the word carries the meaning. */
export function WordMark({ word, muted = false }: { word: Word; muted?: boolean }) {
  return (
    <span className="word" data-tone={muted ? "quiet" : word.tone}>
      <span className="word-glyph" aria-hidden="true">
        <Glyph sign={word.glyph} />
      </span>
      {word.text}
    </span>
  );
}

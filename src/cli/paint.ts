/** Colours of the terminal. */
import pc from 'picocolors';

const colored = pc.createColors(true);
const plain = pc.createColors(false);

/** Returns functions that colour a text, or leave it as it is. */
export function paint(isColored: boolean): typeof colored {
  return isColored ? colored : plain;
}

/** Colours, where they are wanted. */
import pc from 'picocolors';

const colored = pc.createColors(true);
const plain = pc.createColors(false);

export function paint(isColored: boolean): typeof colored {
  return isColored ? colored : plain;
}

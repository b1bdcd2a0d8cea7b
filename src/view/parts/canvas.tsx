/** A canvas that fills the width of its place, sharp on every screen, and redraws when its size or the theme changes. */
import type { CanvasHTMLAttributes, Ref } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useTheme, type Theme } from '../theme.tsx';

export interface Surface {
  readonly ctx: CanvasRenderingContext2D;
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
}

interface CanvasProps extends Omit<CanvasHTMLAttributes<HTMLCanvasElement>, 'label' | 'height' | 'ref'> {
  /** What the picture shows, for those who do not see it. */
  readonly label: string;
  /** CSS pixels. */
  readonly height: number;
  /** Draws everything; it is called before the next frame whenever the component renders. The canvas is cleared. */
  readonly draw: (surface: Surface) => void;
  readonly canvasRef?: Ref<HTMLCanvasElement>;
  /** Hears of the width in CSS pixels. */
  readonly onWidth?: (width: number) => void;
}

/** Draws on a canvas. Interactive canvases pass role, tabIndex and handlers. */
export function Canvas({ label, height, draw, canvasRef, onWidth, ...rest }: CanvasProps) {
  const own = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const theme = useTheme();
  useLayoutEffect(() => {
    const canvas = own.current!;
    if (typeof canvasRef === 'function') canvasRef(canvas);
    else if (canvasRef) canvasRef.current = canvas;
    function measure(): void {
      const { clientWidth } = canvas;
      setWidth(clientWidth);
      onWidth?.(clientWidth);
    }
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(canvas);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const canvas = own.current!;
    const ratio = devicePixelRatio;
    if (width === 0) return;
    const frame = requestAnimationFrame(() => {
      // Setting a size clears the canvas.
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      const ctx = canvas.getContext('2d')!;
      ctx.scale(ratio, ratio);
      ctx.font = theme.font;
      draw({ ctx, width, height, theme });
    });
    return () => cancelAnimationFrame(frame);
  });
  return <canvas ref={own} class="canvas" role="img" aria-label={label} style={{ height: `${height}px` }} {...rest} />;
}

/**
 * Pointer and wheel on the lanes: dragging pans, two fingers pinch, the wheel zooms at the pointer, a click chooses.
 *
 * The wheel also scrolls the page. It zooms only after the pointer has moved over the lanes since the page last
 * scrolled, and it scrolls the page where zooming out has no further effect.
 */
import { useEffect, useRef } from 'preact/hooks';

interface Handlers {
  /** Moves what is in view by so many pixels to the left. */
  readonly pan: (pixels: number) => void;
  /** Multiplies the width of what is in view; `x` keeps its place. */
  readonly zoom: (factor: number, x: number) => void;
  readonly click: (x: number, y: number) => void;
  /** The pointer is there without a button pressed, or it has left. */
  readonly hover: (at: { readonly x: number; readonly y: number } | undefined) => void;
  /** Whether zooming out has an effect. */
  readonly canZoomOut: boolean;
}

/** Shorter drags are clicks, pixels. */
const CLICK = 4;
/** Pixels of a line of a wheel that counts in lines. */
const LINE = 16;
const ZOOM_PER_PIXEL = 0.0025;
/** A notch of some wheels is 1,000 pixels. */
const MOST_PIXELS = 200;

type MouseOnCanvas = { readonly currentTarget: HTMLCanvasElement; readonly clientX: number; readonly clientY: number };

/** Returns the place of the pointer on the canvas, CSS pixels. */
function placeOf({ currentTarget, clientX, clientY }: MouseOnCanvas): { readonly x: number; readonly y: number } {
  const { left, top } = currentTarget.getBoundingClientRect();
  return { x: clientX - left, y: clientY - top };
}

/** Returns the event handlers of a canvas. */
export function useGestures({ pan, zoom, click, hover, canZoomOut }: Handlers) {
  const pressed = useRef(new Map<number, number>());
  const travelled = useRef(0);
  const isArmed = useRef(false);
  useEffect(() => {
    const disarm = () => { isArmed.current = false; };
    addEventListener('scroll', disarm, { passive: true });
    return () => removeEventListener('scroll', disarm);
  }, []);

  return {
    onPointerDown(event: PointerEvent & { currentTarget: HTMLCanvasElement }): void {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      if (pressed.current.size === 0) travelled.current = 0;
      pressed.current.set(event.pointerId, placeOf(event).x);
    },
    onPointerMove(event: PointerEvent & { currentTarget: HTMLCanvasElement }): void {
      isArmed.current = true;
      const place = placeOf(event);
      const before = pressed.current.get(event.pointerId);
      if (before === undefined) {
        hover(place);
        return;
      }
      pressed.current.set(event.pointerId, place.x);
      travelled.current += Math.abs(place.x - before);
      const other = [...pressed.current].find(([id]) => id !== event.pointerId)?.[1];
      if (other !== undefined) {
        const apart = Math.abs(place.x - other);
        if (apart > CLICK) zoom(Math.abs(before - other) / apart, (place.x + other) / 2);
      } else if (travelled.current > CLICK) {
        hover(undefined);
        pan(before - place.x);
      }
    },
    onPointerUp(event: PointerEvent & { currentTarget: HTMLCanvasElement }): void {
      if (!pressed.current.delete(event.pointerId) || travelled.current > CLICK) return;
      const { x, y } = placeOf(event);
      click(x, y);
    },
    onPointerCancel(event: PointerEvent): void {
      pressed.current.delete(event.pointerId);
    },
    onPointerLeave(): void {
      hover(undefined);
    },
    onWheel(event: WheelEvent & { currentTarget: HTMLCanvasElement }): void {
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : LINE;
      const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
      const pixels = Math.max(-MOST_PIXELS, Math.min(MOST_PIXELS, unit * (isSideways && event.deltaX !== 0 ? event.deltaX : event.deltaY)));
      if (!isSideways && !event.ctrlKey && (!isArmed.current || (pixels > 0 && !canZoomOut))) return;
      event.preventDefault();
      if (isSideways) pan(pixels);
      else zoom(Math.exp(pixels * ZOOM_PER_PIXEL), placeOf(event).x);
    },
  };
}

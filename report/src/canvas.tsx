/** A canvas that is as sharp as the screen, and redrawn when what it shows, its size or the colours change. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { CanvasHTMLAttributes, JSX, RefObject } from "preact";
import { COLOURS } from "./kinds";
import type { Palette } from "./draw";

const VARIABLES = ["paper", "text", "quiet", "line", "grid", "focus", "on-kind"];

/** The colours as they are now. */
export function palette(): Palette {
  const probe = document.createElement("i");
  document.body.append(probe);
  const resolved = (name: string): string => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = Object.fromEntries([
    ...VARIABLES.map((name) => [name === "on-kind" ? "onKind" : name, resolved(name)]),
    ...COLOURS.map((name) => [name, resolved(`kind-${name}`)]),
  ]);
  probe.remove();
  return colours;
}

interface Properties extends Omit<CanvasHTMLAttributes<HTMLCanvasElement>, "width" | "height"> {
  readonly width: number;
  readonly height: number;
  readonly draw: (context: CanvasRenderingContext2D, colours: Palette) => void;
  /** Changes when the colours do. */
  readonly theme: string;
}

export function Canvas({ width, height, draw, theme, ...rest }: Properties): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context || width <= 0 || height <= 0) return;
    const ratio = Math.min(3, Math.max(window.devicePixelRatio || 1, theme === "print" ? 2 : 1));
    element.width = Math.round(width * ratio);
    element.height = Math.round(height * ratio);
    element.style.width = `${width}px`;
    element.style.height = `${height}px`;
    context.scale(ratio, ratio);
    draw(context, palette());
  });
  return <canvas ref={canvas} {...rest} />;
}

/** The width of an element's content, as it changes. */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    if (!element.current) return undefined;
    setWidth(element.current.clientWidth);
    const observer = new ResizeObserver(() => element.current && setWidth(element.current.clientWidth));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return width;
}

/** How far an element is scrolled, and how much of it is seen. */
export function useScroll(element: RefObject<HTMLElement | null>): [number, () => void] {
  const [top, setTop] = useState(0);
  return [top, () => setTop(element.current?.scrollTop ?? 0)];
}

import { createRequire } from 'node:module';
import type { ResvgRenderOptions } from '@resvg/resvg-js';

const scale = 2;

/** Loaded at the first picture: the library is native code, and not every platform has it. */
let options: ResvgRenderOptions | undefined;

/** Draws an SVG as PNG, twice as large for sharp screens, with the bundled font alone. Rejects where the platform cannot. */
export async function drawPng(svg: string): Promise<Buffer> {
  const { renderAsync } = await import('@resvg/resvg-js');
  options ??= {
    fitTo: { mode: 'zoom', value: scale },
    font: { fontFiles: fontFiles(), loadSystemFonts: false, defaultFontFamily: 'Lato' },
  };
  return (await renderAsync(svg, options)).asPng();
}

function fontFiles(): string[] {
  const { resolve } = createRequire(import.meta.url);
  return ['400Regular/Lato_400Regular.ttf', '700Bold/Lato_700Bold.ttf'].map((file) =>
    resolve(`@expo-google-fonts/lato/${file}`),
  );
}

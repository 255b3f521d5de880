/** The page's icon with the count on it; asked for again and again by agents who keep many tabs open. */
const SIZE = 64;
let original: string | null = null;
let drawn: string | null = null;

export async function showBadge(count: number): Promise<void> {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (!link) return;
  original ??= link.href;
  const text = count > 99 ? '99+' : count > 0 ? String(count) : null;
  if (text === drawn) return;
  drawn = text;
  if (text === null) {
    link.href = original;
    return;
  }
  const canvas = document.createElement('canvas');
  const pen = canvas.getContext('2d');
  if (!pen) return;
  canvas.width = SIZE;
  canvas.height = SIZE;
  const icon = new Image(SIZE, SIZE);
  icon.src = original;
  try {
    await icon.decode();
    pen.drawImage(icon, 0, 0, SIZE, SIZE);
  } catch {
    // Without its icon the count is still worth showing.
  }
  if (drawn !== text) return;
  pen.font = `700 ${text.length > 2 ? 26 : 34}px system-ui, sans-serif`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  const width = Math.max(40, pen.measureText(text).width + 16);
  pen.fillStyle = '#b3261e';
  pen.beginPath();
  pen.roundRect(SIZE - width, SIZE - 40, width, 40, 20);
  pen.fill();
  pen.fillStyle = '#ffffff';
  pen.fillText(text, SIZE - width / 2, SIZE - 19);
  link.href = canvas.toDataURL('image/png');
}

import { catalogue } from './catalogue';
/** The sentences of the large view, loaded with it. */
export const l = catalogue('lightbox', {
  label: 'Picture',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  previous: 'Previous',
  next: 'Next',
  position: (at: number, count: number) => `${at} of ${count}`,
});

/**
 * A file or a link that is dropped where nothing takes it would have the browser leave for it, and what is being written
 * would go with the page. Fields go on taking text, and fields for files take files.
 */
export function keepPageOnDrop(): void {
  const onDrag = (event: DragEvent) => {
    const { target, dataTransfer, defaultPrevented } = event;
    const takers = dataTransfer?.types.includes('Files') ? 'input[type=file]' : 'input, textarea, [contenteditable]';
    if (defaultPrevented || (target instanceof Element && target.closest(takers))) return;
    event.preventDefault();
    if (dataTransfer) dataTransfer.dropEffect = 'none';
  };
  // Behind all others: what a part of the page takes is taken by then.
  window.addEventListener('dragover', onDrag);
  window.addEventListener('drop', onDrag);
}

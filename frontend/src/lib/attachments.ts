/** The kind that a file is sent as. `voice` is recorded audio. */
export type AttachmentKind = 'image' | 'video' | 'audio' | 'voice' | 'document' | 'sticker';

const KB = 1024;
const MB = 1024 * KB;

const OFFICE = 'application/vnd.openxmlformats-officedocument.';
const DOCUMENTS: Record<string, string> = {
  pdf: 'application/pdf',
  txt: 'text/plain',
  doc: 'application/msword',
  docx: `${OFFICE}wordprocessingml.document`,
  xls: 'application/vnd.ms-excel',
  xlsx: `${OFFICE}spreadsheetml.sheet`,
  ppt: 'application/vnd.ms-powerpoint',
  pptx: `${OFFICE}presentationml.presentation`,
};
const DOCUMENT_TYPES = new Set(Object.values(DOCUMENTS));

/**
 * The largest file of each kind in bytes. They are WhatsApp's own limits (docs/meta/cloud-api.md section 8) for files
 * that are sent as they are. Pictures and films that the server makes smaller before sending may be larger.
 */
export const LIMITS: Record<AttachmentKind, number> = {
  image: 25 * MB,
  video: 100 * MB,
  audio: 16 * MB,
  voice: 16 * MB,
  document: 100 * MB,
  sticker: 500 * KB,
};
export const CAPTION_MAX = 1024;

/** The types that can be chosen for each entry of the menu, for `<input accept>`. */
export const ACCEPT = {
  pictures: 'image/*,video/*',
  documents: Object.entries(DOCUMENTS)
    .flatMap(([ending, type]) => [`.${ending}`, type])
    .join(','),
  audio: 'audio/*',
  sticker: 'image/webp,image/png',
};

type FileFacts = Pick<File, 'name' | 'type' | 'size'>;

const endingOf = (name: string): string => /\.([A-Za-z0-9]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';

/** The kind that a file is sent as if the agent chose none. Browsers leave the type of unusual endings empty. */
export function kindOf(file: FileFacts): AttachmentKind {
  const family = file.type.split('/')[0];
  if (family === 'image' && file.type !== 'image/svg+xml') return 'image';
  if (family === 'video') return 'video';
  return family === 'audio' ? 'audio' : 'document';
}

export type Refusal = { reason: 'empty' | 'type' } | { reason: 'size'; limit: number };

/** Why a file cannot be sent as this kind, before a byte is uploaded; null if it can, or if the server must say. */
export function refusalOf(file: FileFacts, kind: AttachmentKind): Refusal | null {
  if (file.size === 0) return { reason: 'empty' };
  const type = file.type.split(';')[0] ?? '';
  const isKnown =
    kind === 'document'
      ? DOCUMENT_TYPES.has(type) || endingOf(file.name) in DOCUMENTS
      : kind === 'sticker'
        ? type === 'image/webp' || type === 'image/png'
        : type.startsWith(`${kind === 'voice' ? 'audio' : kind}/`);
  if (!isKnown) return { reason: 'type' };
  return file.size > LIMITS[kind] ? { reason: 'size', limit: LIMITS[kind] } : null;
}

/** The kinds with a caption. WhatsApp takes none with audio and stickers. */
export const hasCaption = (kind: AttachmentKind): boolean => ['image', 'video', 'document'].includes(kind);

/** The type of message and the part of it that carries an uploaded file. */
export function partOf(
  kind: AttachmentKind,
  mediaId: string,
  more: { caption: string; filename: string },
): { type: string; part: Record<string, unknown> } {
  const caption = hasCaption(kind) && more.caption.trim() !== '' ? { caption: more.caption.trim() } : {};
  const type = kind === 'voice' ? 'audio' : kind;
  const own = kind === 'voice' ? { voice: true } : kind === 'document' ? { filename: more.filename } : {};
  return { type, part: { media_id: mediaId, ...own, ...caption } };
}

import {
  ClipboardList,
  Contact,
  FileText,
  Image,
  LayoutTemplate,
  Link,
  List,
  LocateFixed,
  MapPin,
  MousePointerClick,
  Music,
  Phone,
  PhoneCall,
  ShoppingBag,
  Sticker,
} from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef } from 'react';
import { ACCEPT, type AttachmentKind } from '../../lib/attachments';
import { isComposing } from '../../lib/typing';
import { c } from '../../words/compose-en';
import styles from './attach-menu.module.css';
import type { BuilderKind } from './interactive';

export type Choice = 'template' | 'place' | 'card' | BuilderKind;

interface Props {
  onChoose: (choice: Choice) => void;
  onFiles: (files: File[], kind?: AttachmentKind) => void;
  onClose: () => void;
}

const FILES: { icon: ReactNode; label: string; accept: string; kind?: AttachmentKind }[] = [
  { icon: <Image size={18} />, label: c.pictures, accept: ACCEPT.pictures },
  { icon: <FileText size={18} />, label: c.document, accept: ACCEPT.documents, kind: 'document' },
  { icon: <Music size={18} />, label: c.audio, accept: ACCEPT.audio, kind: 'audio' },
  { icon: <Sticker size={18} />, label: c.sticker, accept: ACCEPT.sticker, kind: 'sticker' },
];
const OTHERS: { icon: ReactNode; label: string; choice: Choice }[] = [
  { icon: <LayoutTemplate size={18} />, label: c.template, choice: 'template' },
  { icon: <MapPin size={18} />, label: c.location, choice: 'place' },
  { icon: <Contact size={18} />, label: c.contact, choice: 'card' },
  { icon: <MousePointerClick size={18} />, label: c.buttons, choice: 'button' },
  { icon: <List size={18} />, label: c.list, choice: 'list' },
  { icon: <Link size={18} />, label: c.link, choice: 'cta_url' },
  { icon: <ClipboardList size={18} />, label: c.flow, choice: 'flow' },
  { icon: <ShoppingBag size={18} />, label: c.products, choice: 'product_list' },
  { icon: <LocateFixed size={18} />, label: c.askLocation, choice: 'location_request_message' },
  { icon: <Phone size={18} />, label: c.askNumber, choice: 'request_contact_info' },
  { icon: <PhoneCall size={18} />, label: c.askCalls, choice: 'call_permission_request' },
];

const GAP_PX = 8;

/** The menu of what can be sent; arrows move in it, Escape and a click elsewhere close it. */
export function AttachMenu({ onChoose, onFiles, onClose }: Props) {
  const menu = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const wanted = useRef<AttachmentKind | undefined>(undefined);

  // It stands on the composer, which may be tall: what does not fit above it scrolls.
  useLayoutEffect(() => {
    const element = menu.current;
    if (element) element.style.maxBlockSize = `${element.getBoundingClientRect().bottom - GAP_PX}px`;
  }, []);
  useEffect(() => {
    itemsOf(menu.current)[0]?.focus();
    const onPointer = (event: PointerEvent) => {
      const { target } = event;
      if (!(target instanceof Element) || menu.current?.contains(target) || target.closest('[aria-haspopup=menu]')) return;
      onClose();
    };
    document.addEventListener('pointerdown', onPointer);
    return () => document.removeEventListener('pointerdown', onPointer);
  }, [onClose]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    const all = itemsOf(menu.current);
    const at = all.findIndex((item) => item === document.activeElement);
    const to: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 };
    if (event.key === 'Escape' || event.key === 'Tab') onClose();
    else if (event.key in to) all.at((to[event.key] ?? 0) % all.length)?.focus();
    else return;
    event.preventDefault();
  };
  const chooseFiles = (accept: string, kind?: AttachmentKind) => {
    wanted.current = kind;
    if (!input.current) return;
    input.current.accept = accept;
    input.current.click();
  };
  return (
    // The keyboard must reach what scrolls.
    <div ref={menu} className={styles.menu} role="menu" aria-label={c.menu} tabIndex={0} onKeyDown={onKeyDown}>
      {FILES.map(({ icon, label, accept, kind }) => (
        <MenuItem key={label} icon={icon} label={label} onClick={() => chooseFiles(accept, kind)} />
      ))}
      <hr className={styles.rule} />
      {OTHERS.map(({ icon, label, choice }) => (
        <MenuItem key={label} icon={icon} label={label} onClick={() => onChoose(choice)} />
      ))}
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={c.menu}
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          if (files.length > 0) onFiles(files, wanted.current);
        }}
      />
    </div>
  );
}

const itemsOf = (menu: HTMLElement | null) => [
  ...(menu?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? []),
];

function MenuItem({ icon, label, onClick }: { icon: ReactNode; label: string; onClick: () => void }) {
  return (
    <button type="button" role="menuitem" tabIndex={-1} className={styles.item} onClick={onClick}>
      <span aria-hidden>{icon}</span>
      {label}
    </button>
  );
}

import { CornerUpLeft, CreditCard, FileText, Home, Film, Image, Link, List, MapPin, Phone, ClipboardCopy, ShoppingBag, User, ClipboardList } from 'lucide-react';
import type { ReactNode } from 'react';
import { lookUp } from '../lib/lookup';
import type { Framed, ShownButton } from '../lib/message/framed';
import { t } from '../words/en';
import { k } from '../words/kinds-en';
import { Markup } from './markup';
import { PlacePart } from './part-card';
import styles from './parts.module.css';
import { Some } from './some';

const ICONS: Record<ShownButton['kind'], ReactNode> = {
  reply: <CornerUpLeft size={15} />,
  url: <Link size={15} />,
  phone: <Phone size={15} />,
  call: <Phone size={15} />,
  copy: <ClipboardCopy size={15} />,
  list: <List size={15} />,
  location: <MapPin size={15} />,
  contact: <User size={15} />,
  form: <ClipboardList size={15} />,
  product: <ShoppingBag size={15} />,
  address: <Home size={15} />,
  pay: <CreditCard size={15} />,
};

const FILE_ICONS: Record<string, ReactNode> = {
  image: <Image size={22} />,
  video: <Film size={22} />,
  document: <FileText size={22} />,
};

/** A template, buttons or a list as the customer saw them. What they could tap cannot be tapped here. */
export function FramedPart({ framed }: { framed: Framed }) {
  const { name, headerMedia, headerText, headerPlace, body, footer, buttons, sections, cards } = framed;
  return (
    <div className={styles.framed}>
      {name && <span className={styles.label}>{k.template(name)}</span>}
      {headerMedia && <HeaderFile header={headerMedia} />}
      {headerPlace && <PlacePart place={headerPlace} />}
      {headerText && <bdi className={styles.header}>{headerText}</bdi>}
      {body ? <Markup text={body} /> : name && <span className={styles.detail}>{k.templateElsewhere}</span>}
      {footer && <bdi className={styles.detail}>{footer}</bdi>}
      {buttons.length > 0 && (
        <Some items={buttons}>
          {(shown) => (
            <ul className={styles.buttons}>
              {shown.map((button, index) => (
                // Buttons have no identity but their place.
                // oxlint-disable-next-line react/no-array-index-key
                <li key={index}>
                  <span className={styles.button}>
                    <span aria-hidden>{ICONS[button.kind]}</span>
                    <bdi>{button.title || fallback(button.kind)}</bdi>
                  </span>
                  {button.detail && <bdi className={styles.address}>{button.detail}</bdi>}
                </li>
              ))}
            </ul>
          )}
        </Some>
      )}
      {sections.some((section) => section.rows.length > 0) && (
        <div className={styles.sections}>
          <Some items={sections}>
            {(shown) =>
              shown.map((section, at) => (
                // oxlint-disable-next-line react/no-array-index-key
                <div key={at}>
                  {section.title && <bdi className={styles.sectionTitle}>{section.title}</bdi>}
                  <Some items={section.rows}>{(rows) => <ul>{rows.map(renderRow)}</ul>}</Some>
                </div>
              ))
            }
          </Some>
        </div>
      )}
      {cards.length > 0 && (
        // The cards scroll sideways, so the keyboard must reach them.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <section className={styles.cards} aria-label={k.cards(cards.length)} tabIndex={0}>
          <Some items={cards}>
            {(shown) =>
              shown.map((card, index) => (
                // oxlint-disable-next-line react/no-array-index-key
                <div key={index} className={styles.card}>
                  <FramedPart framed={card} />
                </div>
              ))
            }
          </Some>
        </section>
      )}
    </div>
  );
}

const renderRow = (row: Framed['sections'][number]['rows'][number], index: number): ReactNode => (
  // oxlint-disable-next-line react/no-array-index-key
  <li key={index}>
    <bdi>{row.title}</bdi>
    {row.description && <bdi className={styles.detail}>{row.description}</bdi>}
  </li>
);

const fallback = (kind: ShownButton['kind']): string => k.button[kind];

function HeaderFile({ header }: { header: NonNullable<Framed['headerMedia']> }) {
  const still = header.type === 'image' ? (header.media?.url ?? header.previewUrl) : null;
  const url = header.media?.thumbnailUrl ?? still;
  const name = header.filename ?? header.media?.filename ?? t.typeName(header.type);
  const shown = url ? (
    <img className={styles.headerPicture} src={url} alt={t.typeName(header.type)} loading="lazy" />
  ) : (
    <span className={styles.headerFile}>
      <span aria-hidden>{lookUp(FILE_ICONS, header.type)}</span>
      <bdi>{name}</bdi>
    </span>
  );
  // A picture is seen whole where it stands. A document or a film is opened by its link.
  return header.media?.url && header.type !== 'image' ? (
    <a href={header.media.url} download={name} aria-label={`${k.media.download} ${name}`}>
      {shown}
    </a>
  ) : (
    shown
  );
}

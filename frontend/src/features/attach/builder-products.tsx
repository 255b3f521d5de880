import { Field } from '../../components/field';
import { newId } from '../../lib/ids';
import {
  BUILDER_LIMITS as MOST,
  type BuilderDraft,
  type BuilderKind,
  PRODUCT_KINDS,
  type ProductSection,
} from '../../lib/interactive';
import { c } from '../../messages/compose-en';
import styles from './attach.module.css';
import { SectionTitle } from './builder-choices';
import { AddButton, Removable, Sentences } from './builder-parts';

export const newProductSection = (): ProductSection => ({ id: newId(), title: '', items: [{ id: newId(), product: '' }] });

interface Props {
  kind: (typeof PRODUCT_KINDS)[number];
  draft: BuilderDraft;
  /** The sentences at a path below `interactive.action`. */
  errorsAt: (path: string) => string[];
  onKind: (kind: BuilderKind) => void;
  onChange: (change: Partial<BuilderDraft>) => void;
}

/** Products of a catalogue at Meta, by the ids that the shop gave them: one, some in sections, or all. */
export function ProductFields({ kind, draft, errorsAt, onKind, onChange }: Props) {
  const { catalog, product, productSections } = draft;
  return (
    <>
      <label className={styles.choice}>
        {c.builder.productsShown}
        <select value={kind} onChange={(event) => onKind(PRODUCT_KINDS.find((one) => one === event.target.value) ?? kind)}>
          {PRODUCT_KINDS.map((one) => (
            <option key={one} value={one}>
              {c.builder.productKinds[one]}
            </option>
          ))}
        </select>
      </label>
      {kind !== 'catalog_message' && (
        <Field
          label={c.builder.catalog}
          hint={c.builder.catalogHint}
          dir="ltr"
          maxLength={MOST.id}
          value={catalog}
          errors={errorsAt('catalog_id')}
          onChange={(event) => onChange({ catalog: event.target.value })}
        />
      )}
      {kind === 'product_list' ? (
        <ProductSections
          sections={productSections}
          errors={errorsAt('sections')}
          errorsOf={(path) => errorsAt(`sections.${path}`)}
          onChange={(sections) => onChange({ productSections: sections })}
        />
      ) : (
        <Field
          label={kind === 'product' ? c.builder.product : c.builder.thumbnail}
          hint={c.builder.productHint}
          dir="ltr"
          maxLength={MOST.id}
          value={product}
          errors={errorsAt(kind === 'product' ? 'product_retailer_id' : 'parameters.thumbnail_product_retailer_id')}
          onChange={(event) => onChange({ product: event.target.value })}
        />
      )}
    </>
  );
}

interface SectionsProps {
  sections: ProductSection[];
  errors: string[];
  errorsOf: (path: string) => string[];
  onChange: (sections: ProductSection[]) => void;
}

function ProductSections({ sections, errors, errorsOf, onChange }: SectionsProps) {
  const count = sections.reduce((sum, section) => sum + section.items.length, 0);
  return (
    <>
      {sections.map((section, at) => {
        const { items } = section;
        const set = (change: Partial<ProductSection>) => onChange(sections.with(at, { ...section, ...change }));
        return (
          <fieldset key={section.id} className={styles.section}>
            <legend>{c.builder.section(at + 1)}</legend>
            {sections.length > 1 && (
              <SectionTitle
                at={at}
                title={section.title}
                errors={errorsOf(`${at}.title`)}
                onChange={(title) => set({ title })}
                onRemove={() => onChange(sections.toSpliced(at, 1))}
              />
            )}
            {items.map((item, index) => (
              <Removable
                key={item.id}
                label={c.builder.removeProduct(index + 1)}
                onRemove={items.length > 1 ? () => set({ items: items.toSpliced(index, 1) }) : undefined}
              >
                <Field
                  label={c.builder.productAt(index + 1)}
                  dir="ltr"
                  maxLength={MOST.id}
                  value={item.product}
                  errors={errorsOf(`${at}.product_items.${index}.product_retailer_id`)}
                  onChange={(event) => set({ items: items.with(index, { ...item, product: event.target.value }) })}
                />
              </Removable>
            ))}
            {count < MOST.products && (
              <AddButton
                label={c.builder.addProduct}
                onClick={() => set({ items: [...items, { id: newId(), product: '' }] })}
              />
            )}
          </fieldset>
        );
      })}
      <Sentences of={errors} />
      {sections.length < MOST.sections && count < MOST.products && (
        <AddButton label={c.builder.addSection} onClick={() => onChange([...sections, newProductSection()])} />
      )}
    </>
  );
}

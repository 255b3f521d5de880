import { Field } from '../../components/field';
import { newId } from '../../lib/ids';
import { c } from '../../words/compose-en';
import {
  BUILDER_LIMITS as MOST,
  type BuilderDraft,
  type BuilderKind,
  PRODUCT_KINDS,
  type ProductSection,
} from './interactive';
import styles from './attach.module.css';
import { Sections } from './builder-sections';

const newItem = () => ({ id: newId(), product: '' });
export const newProductSection = (): ProductSection => ({ id: newId(), title: '', items: [newItem()] });

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
  return (
    <Sections
      sections={sections}
      partsOf={(section) => section.items}
      withParts={(section, items) => ({ ...section, items })}
      newPart={newItem}
      newSection={newProductSection}
      mostParts={MOST.products}
      labels={{ add: c.builder.addProduct, remove: c.builder.removeProduct }}
      errors={errors}
      errorsOf={errorsOf}
      onChange={onChange}
      renderPart={(item, { section, index }, set) => (
        <Field
          label={c.builder.productAt(index + 1)}
          dir="ltr"
          maxLength={MOST.id}
          value={item.product}
          errors={errorsOf(`${section}.product_items.${index}.product_retailer_id`)}
          onChange={(event) => set({ ...item, product: event.target.value })}
        />
      )}
    />
  );
}

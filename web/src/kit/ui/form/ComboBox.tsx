import { Button, ComboBox as AriaComboBox, FieldError, I18nProvider, Input, Label, ListBox, ListBoxItem, Popover, Text } from 'react-aria-components'
import { language } from '~/kit/i18n'
import { ChevronDown } from '../icons'
import css from './form.module.css'

interface Props {
  label: string
  options: readonly { id: string; label: string; note?: string }[]
  value: string | null
  onChange: (id: string | null) => void
  hint?: string
  error?: string
  /** Told what is typed, where the options come from elsewhere: they are then shown as they are. */
  onType?: (text: string) => void
}

const all = (): boolean => true

/** One of many: typing narrows the list. React Aria leaves Enter to an input method that is composing. */
export default function ComboBox({ label, options, value, onChange, hint, error, onType }: Props) {
  return (
    <I18nProvider locale={language()}>
      <AriaComboBox className={css.field ?? ''} selectedKey={value} onSelectionChange={(k) => onChange(k === null ? null : String(k))} {...(onType ? { items: options, onInputChange: onType, defaultFilter: all, allowsEmptyCollection: true } : { defaultItems: options })} isInvalid={error !== undefined} menuTrigger="focus">
        <Label className={css.label ?? ''}>{label}</Label>
        <div className={css.box}>
          <Input className={css.input ?? ''} />
          <Button className={css.open ?? ''}>
            <ChevronDown size={16} aria-hidden />
          </Button>
        </div>
        {hint && (
          <Text slot="description" className={css.hint ?? ''}>
            {hint}
          </Text>
        )}
        <FieldError className={css.error ?? ''}>{error}</FieldError>
        <Popover className={css.popover ?? ''} offset={4}>
          <ListBox<{ id: string; label: string; note?: string }> className={css.list ?? ''}>
            {(o) => (
              <ListBoxItem id={o.id} textValue={o.label} className={css.option ?? ''}>
                <span>{o.label}</span>
                {o.note && <span className={css.note}>{o.note}</span>}
              </ListBoxItem>
            )}
          </ListBox>
        </Popover>
      </AriaComboBox>
    </I18nProvider>
  )
}

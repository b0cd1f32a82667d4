import type { ReactNode } from 'react'
import { I18nProvider, Tab, TabList, TabPanel, Tabs as AriaTabs } from 'react-aria-components'
import { language } from '~/kit/i18n'
import css from './Tabs.module.css'

export interface TabItem {
  id: string
  label: string
  body: ReactNode
}

/** A few views of the same thing, side by side; arrows go from one to the next. */
export default function Tabs({ label, items, value, onChange }: { label: string; items: readonly TabItem[]; value?: string; onChange?: (id: string) => void }) {
  return (
    <I18nProvider locale={language()}>
      <AriaTabs className={css.tabs ?? ''} {...(value === undefined ? {} : { selectedKey: value })} onSelectionChange={(k) => onChange?.(String(k))}>
        <TabList aria-label={label} className={css.list ?? ''}>
          {items.map((i) => (
            <Tab key={i.id} id={i.id} className={css.tab ?? ''}>
              {i.label}
            </Tab>
          ))}
        </TabList>
        {items.map((i) => (
          <TabPanel key={i.id} id={i.id} className={css.panel ?? ''}>
            {i.body}
          </TabPanel>
        ))}
      </AriaTabs>
    </I18nProvider>
  )
}

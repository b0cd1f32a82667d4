/** The mark of the house: an envelope cut into a vermilion seal. */
export function Seal({ size = 32 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" role="img" aria-label="Chancery">
      <rect x="1" y="1" width="30" height="30" rx="7" fill="var(--seal)" />
      <path d="M7.5 10.5h17v11h-17z M7.5 10.5l8.5 7 8.5-7" fill="none" stroke="#fff" strokeWidth="2" strokeLinejoin="round" />
      <path d="M7.5 25h17" stroke="#fff" strokeWidth="2" strokeLinecap="round" opacity=".75" />
    </svg>
  )
}

/** Says whether a text has no surrogate without its other half. */
export function isWellFormed(text: string): boolean {
  // Part of ES2024 and of every supported Node; the type library in use is older.
  return (text as unknown as { isWellFormed(): boolean }).isWellFormed();
}

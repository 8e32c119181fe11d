/** Thrown when a check needs a plain read or write to compare with, and that fails. */
export class BaselineFailed extends Error {
  override readonly name = "BaselineFailed";
}

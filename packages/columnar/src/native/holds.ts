import { DativoError } from "@dativo/protocol";

/** Counts those who hold memory, beginning with who made it, and says when the last of them has let go. */
export class Holds {
  private count = 1;
  private isReleased = false;

  /**
   * @param subject what is held, as errors name it
   * @param onLast called once
   */
  constructor(
    private readonly subject: string,
    private readonly onLast: () => void,
  ) {}

  /** Adds a hold, which ends when the function returned is called. */
  retain(): () => void {
    this.assertHeld();
    this.count += 1;
    let isHeld = true;
    return () => {
      if (isHeld) this.drop();
      isHeld = false;
    };
  }

  /** Ends the first hold; a second time it does nothing. */
  release(): void {
    if (this.isReleased) return;
    this.isReleased = true;
    this.drop();
  }

  /** @throws DativoError `INTERNAL` when everybody has let go */
  assertHeld(): void {
    if (this.count > 0) return;
    throw new DativoError({
      code: "INTERNAL",
      message: `${this.subject} was used after it was released.`,
    });
  }

  private drop(): void {
    this.count -= 1;
    if (this.count === 0) this.onLast();
  }
}

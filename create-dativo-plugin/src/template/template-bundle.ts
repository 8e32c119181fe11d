/** One file of a template: Handlebars source, and when it belongs to a project. */
export interface TemplateFile {
  /** Path in the project, with `/`; may hold Handlebars of its own when it is made for each object. */
  readonly path: string;
  readonly source: string;
  /** Answers it is for, such as `{ auth: "oauth2" }`; among files of one path the one that asks for most wins. */
  readonly when?: Readonly<Record<string, string>>;
  /** Made once for every object, or for the first one only. */
  readonly per?: "object" | "first-object";
}

/** The templates of one version, as they are shipped. */
export interface TemplateBundle {
  /** Version of create-dativo-plugin they belong to. */
  readonly version: string;
  readonly templates: Readonly<Record<string, readonly TemplateFile[]>>;
}

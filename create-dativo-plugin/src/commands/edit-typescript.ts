import {
  IndentationText,
  type ObjectLiteralExpression,
  Project,
  QuoteKind,
  type SourceFile,
  SyntaxKind,
} from "ts-morph";

/**
 * Adds an object to the `objects` of a `defineReader` call, with its import.
 *
 * @returns the text, unchanged when the object is there already, or undefined when there is no such call
 */
export function registerObject(text: string, object: string): string | undefined {
  const file = sourceFile(text);
  const objects = literalOfProperty(file, "defineReader", "objects");
  if (objects === undefined) return undefined;
  const changed = addProperty(objects, object, (literal) =>
    literal.addShorthandPropertyAssignment({ name: object }),
  );
  const specifier = `./objects/${object}.js`;
  const imports = file.getImportDeclarations();
  if (imports.some((declaration) => declaration.getModuleSpecifierValue() === specifier))
    return changed ? file.getFullText() : text;
  // Sorted among its like, as the linter wants it.
  const after = imports.findLastIndex((declaration) => {
    const other = declaration.getModuleSpecifierValue();
    return !other.startsWith("./objects/") || other < specifier;
  });
  file.insertImportDeclaration(after + 1, { namedImports: [object], moduleSpecifier: specifier });
  return file.getFullText();
}

/**
 * Adds a property to the object that a constant holds.
 *
 * @returns the text, unchanged when the property is there already, or undefined when there is no such constant
 */
export function addToConstant(
  text: string,
  constant: string,
  name: string,
  initializer: string,
): string | undefined {
  const file = sourceFile(text);
  const literal = file
    .getVariableDeclaration(constant)
    ?.getInitializerIfKind(SyntaxKind.ObjectLiteralExpression);
  if (literal === undefined) return undefined;
  const changed = addProperty(literal, name, (object) => object.addPropertyAssignment({ name, initializer }));
  return changed ? file.getFullText() : text;
}

/**
 * Adds an element to the list that a property of a `defineWriter` call holds.
 *
 * @returns the text, unchanged when the element is there already, or undefined when there is no such list
 */
export function addToList(text: string, property: string, element: string): string | undefined {
  const file = sourceFile(text);
  const call = callOf(file, "defineWriter");
  const list = call
    ?.getProperty(property)
    ?.asKind(SyntaxKind.PropertyAssignment)
    ?.getInitializerIfKind(SyntaxKind.ArrayLiteralExpression);
  if (list === undefined) return undefined;
  const literal = JSON.stringify(element);
  if (list.getElements().some((item) => item.getText() === literal)) return text;
  list.addElement(literal);
  return file.getFullText();
}

function sourceFile(text: string): SourceFile {
  const project = new Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    manipulationSettings: {
      quoteKind: QuoteKind.Double,
      indentationText: IndentationText.TwoSpaces,
      useTrailingCommas: true,
    },
  });
  return project.createSourceFile("file.ts", text);
}

function callOf(file: SourceFile, name: string): ObjectLiteralExpression | undefined {
  return file
    .getDescendantsOfKind(SyntaxKind.CallExpression)
    .find((call) => call.getExpression().getText() === name)
    ?.getArguments()[0]
    ?.asKind(SyntaxKind.ObjectLiteralExpression);
}

function literalOfProperty(
  file: SourceFile,
  call: string,
  property: string,
): ObjectLiteralExpression | undefined {
  return callOf(file, call)
    ?.getProperty(property)
    ?.asKind(SyntaxKind.PropertyAssignment)
    ?.getInitializerIfKind(SyntaxKind.ObjectLiteralExpression);
}

/** Adds a property unless one of the name is there; says whether it did. */
function addProperty(
  literal: ObjectLiteralExpression,
  name: string,
  add: (literal: ObjectLiteralExpression) => unknown,
): boolean {
  if (literal.getProperty(name) !== undefined) return false;
  add(literal);
  return true;
}

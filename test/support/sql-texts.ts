import { dirname, join } from 'node:path';
import ts from 'typescript';
import { read } from './sources.js';

/** A raw SQL statement of the product, with the place of the call that sends it. */
export interface SqlText {
  readonly place: string;
  readonly text: string;
}

/** Values of parameters while the body of a function is read. */
type Bindings = ReadonlyMap<string, readonly string[]>;

class Unresolved extends Error {}

const files = new Map<string, ts.SourceFile>();

/**
 * Every raw SQL text that a file sends: what it passes to `query()`, `PreparedStatements` and
 * `deleteInBatches()`. Constants, template literals, conditions, loops over literals and small functions are followed
 * into the files that they are imported from; a text that depends on several of them is returned in every variant.
 *
 * @param unresolved Receives the places whose text cannot be read from the source.
 */
export function sqlTexts(path: string, unresolved: string[]): SqlText[] {
  const file = parse(path);
  const found: SqlText[] = [];
  const visit = (node: ts.Node): void => {
    const argument = ts.isCallExpression(node) ? sqlArgument(node) : undefined;
    if (argument) {
      const place = `${path}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
      try {
        for (const text of argument()) found.push({ place, text });
      } catch (error) {
        if (!(error instanceof Unresolved)) throw error;
        unresolved.push(`${place}: ${error.message}`);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function sqlArgument(call: ts.CallExpression): (() => readonly string[]) | undefined {
  const [first, second, third] = call.arguments;
  const name = ts.isPropertyAccessExpression(call.expression) ? call.expression.name.text : call.expression.getText();
  const owner = ts.isPropertyAccessExpression(call.expression) ? call.expression.expression.getText() : '';
  if (name === 'query' && owner.endsWith('statements') && third) return () => valuesOf(third);
  if (name === 'query' && owner === 'this' && second) return () => valuesOf(second); // a class's own way to the former
  if (name === 'query' && first && !ts.isObjectLiteralExpression(first)) return () => valuesOf(first);
  if (name === 'query' && first && ts.isObjectLiteralExpression(first)) return undefined; // of PreparedStatements itself
  const isPrepared = name === 'execute' && second && ts.isStringLiteral(second) && third && !ts.isArrowFunction(third);
  if (isPrepared) return () => valuesOf(third);
  if (name === 'deleteInBatches' && second) return () => batchDeletions(second);
  return undefined;
}

/** As `deleteInBatches` puts its statement together. */
function batchDeletions(options: ts.Expression): string[] {
  if (!ts.isObjectLiteralExpression(options)) throw new Unresolved(options.getText());
  const property = (name: string, fallback?: string): readonly string[] => {
    for (const member of options.properties) {
      if (member.name?.getText() !== name) continue;
      if (ts.isPropertyAssignment(member)) return valuesOf(member.initializer);
      if (ts.isShorthandPropertyAssignment(member)) return valuesOf(member.name);
    }
    if (fallback === undefined) throw new Unresolved(name);
    return [fallback];
  };
  const [key] = property('key', 'id');
  const [tables, conditions] = [property('table'), property('where')];
  const pairs =
    tables.length === conditions.length // both of one loop over [table, condition]
      ? tables.map((table, index) => [table, conditions[index]])
      : product([tables, conditions]);
  return pairs.map(
    ([table, where]) => `DELETE FROM ${table} WHERE ${key} IN (SELECT ${key} FROM ${table} WHERE ${where} LIMIT 1)`,
  );
}

function valuesOf(node: ts.Expression, bindings: Bindings = new Map()): readonly string[] {
  const recurse = (child: ts.Expression): readonly string[] => valuesOf(child, bindings);
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isNumericLiteral(node)) return [node.text];
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node))
    return recurse(node.expression);
  if (ts.isConditionalExpression(node)) return [...recurse(node.whenTrue), ...recurse(node.whenFalse)];
  if (ts.isTemplateExpression(node)) {
    const parts = node.templateSpans.flatMap(({ expression, literal }) => [recurse(expression), [literal.text]]);
    return product([[node.head.text], ...parts]).map((texts) => texts.join(''));
  }
  if (ts.isBinaryExpression(node)) {
    const [left, right] = [recurse(node.left), recurse(node.right)];
    if (node.operatorToken.kind === ts.SyntaxKind.PlusToken)
      return product([left, right]).map((texts) => texts.join(''));
    if (node.operatorToken.kind === ts.SyntaxKind.AsteriskToken)
      return product([left, right]).map((factors) => String(factors.map(Number).reduce((a, b) => a * b)));
  }
  if (ts.isIdentifier(node)) return bindings.get(node.text) ?? valuesOfName(node);
  if (ts.isPropertyAccessExpression(node))
    return membersOf(node.expression, node.name.text).flatMap((m) => valuesOf(m));
  if (ts.isElementAccessExpression(node)) return membersOf(node.expression).flatMap((member) => valuesOf(member));
  if (ts.isCallExpression(node)) return valuesOfCall(node, bindings);
  throw new Unresolved(node.getText().slice(0, 60));
}

/** `join` of a literal list, or a function whose body is one expression. */
function valuesOfCall(node: ts.CallExpression, bindings: Bindings): readonly string[] {
  const { expression } = node;
  if (ts.isPropertyAccessExpression(expression) && expression.name.text === 'join' && node.arguments[0]) {
    const list = initializerOf(expression.expression);
    const [separator = ''] = valuesOf(node.arguments[0]);
    if (list && ts.isArrayLiteralExpression(list))
      return product(list.elements.map((element) => valuesOf(element, bindings))).map((texts) => texts.join(separator));
  }
  const made = initializerOf(expression);
  if (!made || !(ts.isArrowFunction(made) || ts.isFunctionDeclaration(made))) throw new Unresolved(node.getText());
  const given = new Map(
    made.parameters.map((parameter, index) => {
      const argument = node.arguments[index] ?? parameter.initializer;
      return [parameter.name.getText(), argument ? lazily(argument, bindings) : []] as const;
    }),
  );
  return resultsOf(made).flatMap((result) => valuesOf(result, given));
}

/** A parameter that the text does not use may be anything. */
function lazily(argument: ts.Expression, bindings: Bindings): readonly string[] {
  try {
    return valuesOf(argument, bindings);
  } catch {
    return [];
  }
}

function resultsOf(made: ts.ArrowFunction | ts.FunctionDeclaration): ts.Expression[] {
  if (!made.body) throw new Unresolved('a function without a body');
  if (!ts.isBlock(made.body)) return [made.body];
  const results: ts.Expression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isReturnStatement(node) && node.expression) results.push(node.expression);
    ts.forEachChild(node, visit);
  };
  visit(made.body);
  return results;
}

/** Values of the members of a constant object or list: of one member, or of all. */
function membersOf(node: ts.Expression, name?: string): ts.Expression[] {
  const made = initializerOf(node);
  const literal = made && unwrapped(made);
  if (literal && ts.isArrayLiteralExpression(literal)) return [...literal.elements];
  if (!literal || !ts.isObjectLiteralExpression(literal)) throw new Unresolved(node.getText());
  return literal.properties
    .filter(ts.isPropertyAssignment)
    .filter((member) => name === undefined || member.name.getText().replaceAll(/['"]/g, '') === name)
    .map((member) => member.initializer);
}

function unwrapped(node: ts.Node): ts.Node {
  return ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isParenthesizedExpression(node)
    ? unwrapped(node.expression)
    : node;
}

function valuesOfName(node: ts.Identifier): readonly string[] {
  const loop = loopOver(node);
  if (loop) return loop;
  const made = initializerOf(node);
  if (made && ts.isExpression(made)) return valuesOf(made);
  return argumentsOf(node);
}

/** What the calls in the same file pass for a parameter of a method. */
function argumentsOf(node: ts.Identifier): readonly string[] {
  const method = ts.findAncestor(node, ts.isMethodDeclaration);
  const index = method?.parameters.findIndex((parameter) => parameter.name.getText() === node.text) ?? -1;
  const given: ts.Expression[] = [];
  const visit = (child: ts.Node): void => {
    if (ts.isCallExpression(child) && child.expression.getText() === `this.${method?.name.getText()}`) {
      const argument = child.arguments[index];
      if (argument) given.push(argument);
    }
    ts.forEachChild(child, visit);
  };
  if (index >= 0) visit(node.getSourceFile());
  if (given.length === 0) throw new Unresolved(node.text);
  return given.flatMap((argument) => valuesOf(argument));
}

/** The literals that a `for … of` gives the name, also as `[key, value]` of `Object.entries`. */
function loopOver(node: ts.Identifier): readonly string[] | undefined {
  for (let parent: ts.Node = node; parent; parent = parent.parent) {
    if (!ts.isForOfStatement(parent) || !ts.isVariableDeclarationList(parent.initializer)) continue;
    const target = parent.initializer.declarations[0]?.name;
    if (!target) continue;
    if (ts.isIdentifier(target) && target.text === node.text)
      return membersOf(parent.expression).flatMap((m) => valuesOf(m));
    if (!ts.isArrayBindingPattern(target)) continue;
    const index = target.elements.findIndex((element) => element.getText() === node.text);
    const [entries] = ts.isCallExpression(parent.expression) ? parent.expression.arguments : [];
    const object = entries && initializerOf(entries);
    const literal = object && unwrapped(object);
    if (index < 0 || !literal || !ts.isObjectLiteralExpression(literal)) continue;
    const members = literal.properties.filter(ts.isPropertyAssignment);
    return members.flatMap((member) => (index === 0 ? [member.name.getText()] : valuesOf(member.initializer)));
  }
  return undefined;
}

/** What a name is declared as: in the function around it, in its file, or in the file that it is imported from. */
function initializerOf(node: ts.Node): ts.Node | undefined {
  if (!ts.isIdentifier(node)) return node;
  for (let scope: ts.Node = node.parent; scope; scope = scope.parent) {
    if (!ts.isBlock(scope) && !ts.isSourceFile(scope)) continue;
    const found = declaredIn(scope, node.text);
    if (found) return found;
  }
  return undefined;
}

function declaredIn(scope: ts.Block | ts.SourceFile, name: string): ts.Node | undefined {
  for (const statement of scope.statements) {
    if (ts.isVariableStatement(statement))
      for (const { name: declared, initializer } of statement.declarationList.declarations)
        if (declared.getText() === name) return initializer;
    if (ts.isFunctionDeclaration(statement) && statement.name?.text === name) return statement;
    if (ts.isImportDeclaration(statement) && ts.isStringLiteral(statement.moduleSpecifier)) {
      const named = statement.importClause?.namedBindings;
      if (!named || !ts.isNamedImports(named)) continue;
      const element = named.elements.find((candidate) => candidate.name.text === name);
      if (element) return exported(statement.moduleSpecifier.text, (element.propertyName ?? element.name).text, scope);
    }
  }
  return undefined;
}

function exported(module: string, name: string, from: ts.Node): ts.Node | undefined {
  const path = module.startsWith('.')
    ? join(dirname(from.getSourceFile().fileName), module.replace(/\.js$/, '.ts'))
    : module
        .replace(/^@kubarr\/platform\/(.*)$/, 'libs/platform/src/$1/index.ts')
        .replace(/^@kubarr\/(.*)$/, 'libs/$1/src/index.ts');
  if (!path.endsWith('.ts')) return undefined;
  const file = parse(path);
  const found = declaredIn(file, name);
  if (found) return found;
  for (const statement of file.statements) {
    if (
      !ts.isExportDeclaration(statement) ||
      !statement.moduleSpecifier ||
      !ts.isStringLiteral(statement.moduleSpecifier)
    )
      continue;
    const named = statement.exportClause;
    const isNamed = named && ts.isNamedExports(named) && named.elements.some((element) => element.name.text === name);
    if (isNamed || !named) {
      const made = exported(statement.moduleSpecifier.text, name, file);
      if (made) return made;
    }
  }
  return undefined;
}

function parse(path: string): ts.SourceFile {
  let file = files.get(path);
  if (!file) {
    file = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true);
    files.set(path, file);
  }
  return file;
}

function product(lists: readonly (readonly string[])[]): string[][] {
  return lists.reduce<string[][]>((rows, list) => rows.flatMap((row) => list.map((value) => [...row, value])), [[]]);
}

/**
 * Checks named numbers against the JSON Schema that stands beside them, so that code and
 * config.yaml share one list of names, units, ranges and defaults.
 *
 * @module
 */

/** Schema of one value: the subset of JSON Schema that the laboratory's parameters need. */
export interface PropertySchema {
  readonly type: "number" | "integer" | "boolean" | "string" | "array";
  /** What it means, with its unit. */
  readonly description: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
  readonly items?: { readonly type: "number" };
  readonly minItems?: number;
  readonly maxItems?: number;
}

/** Schema of a group of named values; keys are in snake_case, as in config.yaml. */
export interface ObjectSchema {
  readonly type: "object";
  readonly description: string;
  readonly properties: Readonly<Record<string, PropertySchema>>;
  readonly additionalProperties: false;
}

/**
 * Returns the name in code of a key of config.yaml: `max_force` becomes `maxForce`, `K_min` becomes
 * `kMin`.
 */
export function camelKey(key: string): string {
  const joined = key.replace(/_+(.)/g, (_, letter: string) => letter.toUpperCase());
  return joined.charAt(0).toLowerCase() + joined.slice(1);
}

/**
 * Returns the values of a schema by their names in code, defaults filled in. Keys may be given in
 * either spelling.
 *
 * @throws {RangeError} Where a key is unknown or a value out of range.
 * @throws {TypeError} Where a value has the wrong type.
 */
export function readValues(
  action: string,
  schema: ObjectSchema,
  values: object = {},
): Record<string, unknown> {
  const keys = new Map(Object.keys(schema.properties).map((key) => [camelKey(key), key]));
  const given = new Map<string, unknown>();
  for (const [key, value] of Object.entries(values)) {
    if (!keys.has(camelKey(key))) {
      throw new RangeError(
        `Cannot ${action} as "${key}" is unknown: expected one of ${[...keys.values()].join(", ")}`,
      );
    }
    if (value !== undefined) given.set(camelKey(key), value);
  }
  const result: Record<string, unknown> = {};
  for (const [name, key] of keys) {
    const property = schema.properties[key]!;
    const value = given.has(name) ? given.get(name) : property.default;
    if (value !== undefined) {
      result[name] = readValue(`Cannot ${action} as ${key}`, property, value);
    }
  }
  return result;
}

/**
 * Returns a value that its schema allows.
 *
 * @param subject Start of the error's sentence, such as `Cannot create the plant as gravity`.
 */
export function readValue(subject: string, schema: PropertySchema, value: unknown): unknown {
  switch (schema.type) {
    case "number":
    case "integer":
      return readNumber(subject, schema, value);
    case "boolean":
      if (typeof value === "boolean") return value;
      throw new TypeError(`${subject} must be true or false: current value is ${show(value)}`);
    case "string":
      if (typeof value === "string" && (schema.enum?.includes(value) ?? true)) return value;
      throw new RangeError(
        `${subject} must be ${schema.enum?.map(show).join(" or ") ?? "a text"}: current value is ${
          show(value)
        }`,
      );
    case "array":
      return readList(subject, schema, value);
  }
}

/** Returns the range that a schema allows, in words: `> 0`, `>= 0 and <= 1`, `finite`. */
export function rangeOf(schema: PropertySchema): string {
  const parts = [
    schema.exclusiveMinimum === undefined ? "" : `> ${schema.exclusiveMinimum}`,
    schema.minimum === undefined ? "" : `>= ${schema.minimum}`,
    schema.exclusiveMaximum === undefined ? "" : `< ${schema.exclusiveMaximum}`,
    schema.maximum === undefined ? "" : `<= ${schema.maximum}`,
  ].filter((part) => part !== "");
  const range = parts.length === 0 ? "finite" : parts.join(" and ");
  return schema.type === "integer" ? `a whole number ${range}` : range;
}

function readNumber(subject: string, schema: PropertySchema, value: unknown): number {
  const isRight = typeof value === "number" && Number.isFinite(value) &&
    (schema.type === "number" || Number.isSafeInteger(value)) &&
    value >= (schema.minimum ?? -Infinity) && value <= (schema.maximum ?? Infinity) &&
    value > (schema.exclusiveMinimum ?? -Infinity) && value < (schema.exclusiveMaximum ?? Infinity);
  if (isRight) return value;
  const message = `${subject} must be ${rangeOf(schema)}: current value is ${show(value)}`;
  throw typeof value === "number" ? new RangeError(message) : new TypeError(message);
}

function readList(subject: string, schema: PropertySchema, value: unknown): readonly number[] {
  const isList = typeof value === "object" && value !== null && "length" in value;
  const list = isList ? Array.from(value as ArrayLike<number>) : undefined;
  const { minItems = 0, maxItems = Infinity } = schema;
  const isRight = list !== undefined && list.length >= minItems && list.length <= maxItems &&
    list.every(Number.isFinite);
  if (isRight) return list;
  const count = minItems === maxItems ? `${minItems} ` : "";
  throw new RangeError(
    `${subject} must be ${count}finite numbers: current value is ${
      list === undefined ? show(value) : `[${list.join(", ")}]`
    }`,
  );
}

function show(value: unknown): string {
  return typeof value === "string" ? `"${value}"` : String(value);
}

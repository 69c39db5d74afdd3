import 'reflect-metadata';

const VARIABLES = Symbol('configuration variables');

export interface ConfigVariable {
  readonly property: string;
  /** Name of the environment variable. */
  readonly name: string;
  /** What it is, for the person who reads an error or the list of variables. */
  readonly meaning: string;
  /** Secrets may come from a file named by `<NAME>_FILE`, as mounted by Docker and Kubernetes. */
  readonly secret: boolean;
}

/** The property is read from this environment variable. Its initial value, if any, is the default. */
export function FromEnv(name: string, meaning: string): PropertyDecorator {
  return declare({ name, meaning, secret: false });
}

/** Like `FromEnv`; the value may also stand in the file that `<name>_FILE` names. */
export function SecretFromEnv(name: string, meaning: string): PropertyDecorator {
  return declare({ name, meaning, secret: true });
}

/** The variables of a configuration class and of the classes it extends. */
export function configVariables(configClass: new () => object): readonly ConfigVariable[] {
  return Reflect.getMetadata(VARIABLES, configClass.prototype as object) ?? [];
}

function declare(variable: Omit<ConfigVariable, 'property'>): PropertyDecorator {
  return (prototype, property) => {
    const inherited: readonly ConfigVariable[] = Reflect.getMetadata(VARIABLES, prototype) ?? [];
    const own = { ...variable, property: String(property) };
    Reflect.defineMetadata(VARIABLES, [...inherited, own], prototype);
  };
}

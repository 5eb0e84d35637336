/* What mails say, by language. `{{name}}` stands for a value; what may stand there is in `placeholders`. */

/** The values that a template may name. */
export const placeholders = ["name", "application", "link", "expires"] as const;
export type Placeholder = (typeof placeholders)[number];

/** The languages that mails are written in; every other one is answered in the first. */
export const languages = ["en", "de", "fr", "es"] as const;
export type Language = (typeof languages)[number];

/** `activation` asks somebody into an application, `password` has somebody choose a password. */
export const templateNames = ["activation", "password"] as const;
export type TemplateName = (typeof templateNames)[number];

/** One mail in one language. */
export interface Wording {
  readonly subject: string;
  readonly greeting: string;
  /** The paragraph before the button. */
  readonly lead: string;
  readonly button: string;
  readonly expiry: string;
  readonly unasked: string;
}

const common = {
  en: {
    greeting: "Hello {{name}},",
    button: "Set your password",
    expiry: "The link works once, until {{expires}}.",
    unasked: "If you did not expect this mail, leave it: nothing happens.",
  },
  de: {
    greeting: "Guten Tag {{name}},",
    button: "Passwort festlegen",
    expiry: "Der Link gilt einmal, bis {{expires}}.",
    unasked: "Falls Sie diese E-Mail nicht erwartet haben, brauchen Sie nichts zu tun.",
  },
  fr: {
    greeting: "Bonjour {{name}},",
    button: "Choisir votre mot de passe",
    expiry: "Le lien fonctionne une seule fois, jusqu’au {{expires}}.",
    unasked: "Si vous n’attendiez pas ce message, ignorez-le : rien ne se passera.",
  },
  es: {
    greeting: "Hola, {{name}}:",
    button: "Elegir su contraseña",
    expiry: "El enlace funciona una sola vez, hasta el {{expires}}.",
    unasked: "Si no esperaba este mensaje, ignórelo: no ocurrirá nada.",
  },
} as const;

/** Every mail in every language. */
export const wordings: Readonly<Record<TemplateName, Readonly<Record<Language, Wording>>>> = {
  activation: {
    en: {
      ...common.en,
      subject: "Activate your account for {{application}}",
      lead: "An account was made for you, with which you can use {{application}}. Set a password to activate it.",
    },
    de: {
      ...common.de,
      subject: "Aktivieren Sie Ihr Konto für {{application}}",
      lead: "Für Sie wurde ein Konto für {{application}} angelegt. Legen Sie ein Passwort fest, um es zu aktivieren.",
    },
    fr: {
      ...common.fr,
      subject: "Activez votre compte pour {{application}}",
      lead: "Un compte a été créé pour vous : il vous permet d’utiliser {{application}}. Choisissez un mot de passe pour l’activer.",
    },
    es: {
      ...common.es,
      subject: "Active su cuenta para {{application}}",
      lead: "Se ha creado una cuenta para usted, con la que puede usar {{application}}. Elija una contraseña para activarla.",
    },
  },
  password: {
    en: {
      ...common.en,
      subject: "Set your password",
      lead: "An account was made for you. Set a password to use it.",
    },
    de: {
      ...common.de,
      subject: "Legen Sie Ihr Passwort fest",
      lead: "Für Sie wurde ein Konto angelegt. Legen Sie ein Passwort fest, um es zu nutzen.",
    },
    fr: {
      ...common.fr,
      subject: "Choisissez votre mot de passe",
      lead: "Un compte a été créé pour vous. Choisissez un mot de passe pour l’utiliser.",
    },
    es: {
      ...common.es,
      subject: "Elija su contraseña",
      lead: "Se ha creado una cuenta para usted. Elija una contraseña para usarla.",
    },
  },
};

/**
 * The language in which somebody of that locale is written to.
 *
 * @example languageOf("fr-CH") // "fr"
 */
export function languageOf(locale: string): Language {
  const [tongue = ""] = locale.toLowerCase().split(/[-_]/);
  return languages.find((language) => language === tongue) ?? languages[0];
}

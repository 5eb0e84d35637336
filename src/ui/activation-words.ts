import type { PasswordProblem } from "../access/policy.ts";
import type { Language } from "../mail/words.ts";

/** What the page says on which a password is set. */
export interface ActivationWords {
  readonly title: string;
  readonly forUser: string;
  readonly password: string;
  readonly repeat: string;
  readonly rules: readonly string[];
  readonly submit: string;
  readonly different: string;
  readonly problems: Readonly<Record<PasswordProblem, string>>;
  readonly done: string;
  readonly goOn: string;
  readonly expired: string;
  readonly renew: string;
  readonly renewed: string;
  readonly tooSoon: string;
  readonly over: string;
  readonly inactive: string;
}

/** In every language that mails are written in. `{{length}}` stands for the characters that are needed. */
export const activationWords: Readonly<Record<Language, ActivationWords>> = {
  en: {
    title: "Set your password",
    forUser: "for",
    password: "New password",
    repeat: "The same again",
    rules: ["at least {{length}} characters", "without your user name", "no password that others are known to use"],
    submit: "Set password",
    different: "The two passwords are not the same.",
    problems: {
      short: "It needs at least {{length}} characters.",
      long: "It is too long.",
      same: "It is the one that you have.",
      userName: "It contains your user name.",
      repeats: "It repeats a few characters.",
      breached: "It is known from a list of passwords that others use.",
    },
    done: "Your password is set.",
    goOn: "Go on",
    expired: "This link is too old.",
    renew: "Send me a new one",
    renewed: "A new link is on its way to your mailbox.",
    tooSoon: "A link was sent a moment ago. Look into your mailbox, or try again in five minutes.",
    over: "This link opens nothing: it was used, replaced by a newer one, or ended.",
    inactive: "This account is not active. Ask your administrator.",
  },
  de: {
    title: "Passwort festlegen",
    forUser: "für",
    password: "Neues Passwort",
    repeat: "Dasselbe noch einmal",
    rules: [
      "mindestens {{length}} Zeichen",
      "ohne Ihren Benutzernamen",
      "kein Passwort, von dem bekannt ist, dass andere es nutzen",
    ],
    submit: "Passwort festlegen",
    different: "Die beiden Passwörter sind nicht gleich.",
    problems: {
      short: "Es braucht mindestens {{length}} Zeichen.",
      long: "Es ist zu lang.",
      same: "Es ist das bisherige.",
      userName: "Es enthält Ihren Benutzernamen.",
      repeats: "Es wiederholt wenige Zeichen.",
      breached: "Es steht in einer Liste von Passwörtern, die andere nutzen.",
    },
    done: "Ihr Passwort ist festgelegt.",
    goOn: "Weiter",
    expired: "Dieser Link ist zu alt.",
    renew: "Neuen Link senden",
    renewed: "Ein neuer Link ist unterwegs in Ihr Postfach.",
    tooSoon:
      "Eben erst wurde ein Link gesendet. Sehen Sie in Ihr Postfach, oder versuchen Sie es in fünf Minuten noch einmal.",
    over: "Dieser Link öffnet nichts mehr: Er wurde benutzt, durch einen neueren ersetzt oder beendet.",
    inactive: "Dieses Konto ist nicht aktiv. Wenden Sie sich an Ihre Administration.",
  },
  fr: {
    title: "Choisir votre mot de passe",
    forUser: "pour",
    password: "Nouveau mot de passe",
    repeat: "Encore une fois le même",
    rules: [
      "au moins {{length}} caractères",
      "sans votre nom d’utilisateur",
      "pas un mot de passe que d’autres utilisent notoirement",
    ],
    submit: "Enregistrer",
    different: "Les deux mots de passe ne sont pas identiques.",
    problems: {
      short: "Il faut au moins {{length}} caractères.",
      long: "Il est trop long.",
      same: "C’est le mot de passe actuel.",
      userName: "Il contient votre nom d’utilisateur.",
      repeats: "Il répète peu de caractères.",
      breached: "Il figure dans une liste de mots de passe connus.",
    },
    done: "Votre mot de passe est enregistré.",
    goOn: "Continuer",
    expired: "Ce lien est trop ancien.",
    renew: "M’en envoyer un nouveau",
    renewed: "Un nouveau lien est en route vers votre boîte.",
    tooSoon: "Un lien vient d’être envoyé. Regardez votre boîte, ou réessayez dans cinq minutes.",
    over: "Ce lien n’ouvre plus rien : il a été utilisé, remplacé ou révoqué.",
    inactive: "Ce compte n’est pas actif. Adressez-vous à votre administrateur.",
  },
  es: {
    title: "Elegir su contraseña",
    forUser: "para",
    password: "Contraseña nueva",
    repeat: "Otra vez la misma",
    rules: [
      "al menos {{length}} caracteres",
      "sin su nombre de usuario",
      "ninguna contraseña que se sepa que usan otros",
    ],
    submit: "Guardar",
    different: "Las dos contraseñas no son iguales.",
    problems: {
      short: "Necesita al menos {{length}} caracteres.",
      long: "Es demasiado larga.",
      same: "Es la que ya tiene.",
      userName: "Contiene su nombre de usuario.",
      repeats: "Repite pocos caracteres.",
      breached: "Está en una lista de contraseñas conocidas.",
    },
    done: "Su contraseña está guardada.",
    goOn: "Continuar",
    expired: "Este enlace es demasiado antiguo.",
    renew: "Enviarme uno nuevo",
    renewed: "Un enlace nuevo va de camino a su buzón.",
    tooSoon: "Se acaba de enviar un enlace. Mire en su buzón o inténtelo de nuevo en cinco minutos.",
    over: "Este enlace ya no abre nada: se usó, se sustituyó por otro o se anuló.",
    inactive: "Esta cuenta no está activa. Diríjase a su administrador.",
  },
};

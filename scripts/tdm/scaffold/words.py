"""What the words in the names of tables and columns mean, in the languages that schemas speak.

A phrase matches where its words stand together in a name (`card number` in `credit_card_number`),
or where the name is the phrase written as one word (`cardnumber`).
"""

from __future__ import annotations

from functools import cache


def _phrases(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(
        tuple(phrase.split()) for phrase in (part.strip() for part in text.split(",")) if phrase
    )


PERSON_TABLES = {
    # Who the business is about: the best roots of a sample.
    **dict.fromkeys(
        """
        customer client patient member subscriber student pupil guest passenger citizen resident
        beneficiary donor applicant candidate borrower policyholder insured tenant buyer shopper
        visitor attendee traveler traveller household partner participant kunde klient
        patsient klienditugi mieter schuler cliente paciente abonne asiakas potilas klienta klienci
        opilane opilased lead prospect debtor payer subject consumer cardholder
        """.split(),
        3,
    ),
    # People in general.
    **dict.fromkeys(
        """
        person people user account contact profile individual human party identity owner author
        persona personne benutzer nutzer konto usuario utilisateur gebruiker kasutaja isik
        inimene kayttaja henkilo osoba uzytkownik recipient sender player follower
        friend kontakt kontaktperson adresat teilnehmer mitglied membre miembro socio
        """.split(),
        2,
    ),
    # People who work there.
    **dict.fromkeys(
        """
        employee staff worker agent operator admin administrator manager teacher instructor doctor
        physician nurse driver courier vendor supplier representative salesperson technician
        mitarbeiter personal empleado employe tootaja crew
        """.split(),
        1,
    ),
}

SECRET_TABLES = _phrases(
    "token, session, secret, credential, api key, password, otp, access key, ssh key, oauth, "
    "refresh, recovery code, passwort, webhook, access code, verification code, backup code, "
    "invite code, invitation code, activation code, license key, licence key, coupon, voucher, "
    "gift card"
)
ADDRESS_TABLES = _phrases(
    "address, addresse, adresse, direccion, aadress, location address, anschrift"
)
LOOKUP_WORDS = frozenset(
    """
    type types kind kinds status statuses state states category categories lookup lookups enum
    config configuration setting settings parameter option options country countries currency
    currencies language languages locale timezone permission permissions role roles migration
    migrations version versions feature features plan plans tier unit units reason reasons
    dictionary code codes genre rating level template templates
    """.split()
)
THING_TABLES = (
    LOOKUP_WORDS
    - frozenset("code codes rating version versions plan plans template templates".split())
) | frozenset(
    """
    product film movie album track song book brand city region province district airport station
    department tag gateway warehouse material color colour size tax fee carrier course faculty skill
    service room building ingredient dish sport holiday measure module plugin theme attribute metric
    dimension industry sector profession kategorie kategorien kategooria produkt produkte toode
    tooted produit produits producto productos categoria categorias categorie riik riigid pais
    paises land laender sprache sprachen keel keeled valuuta waehrung waehrungen rolle rollen
    """.split()
)
"""Tables of things: their names say nothing about anybody, as long as nobody owns the rows."""
THING_ENDINGS = ("type", "category", "status", "reason", "role", "kind", "level", "unit")
"""Of table names that are written as one word: companytype, endingreason."""
PAIR_TABLES = frozenset(
    """
    setting config configuration option parameter param preference property attribute meta metadata
    variable constant registry fact field custom eav einstellung parametre configuracion seade
    """.split()
)
"""Tables of names and values: what a value is, only its row says."""
PAIR_ENDINGS = ("meta", "config", "settings", "options", "metadata", "preferences")
PAIR_KEYS = frozenset(
    """
    key keys attribute field parameter param option setting property variable metric characteristic
    """.split()
)
VALUES = frozenset(
    "value values val vals wert werte valor valores valeur valeurs vaartus vaartused".split()
)
AUDIT_COLUMNS = _phrases(
    "created by, updated by, modified by, deleted by, changed by, approved by, reviewed by, "
    "inserted by, last modified by, edited by, closed by, resolved by, verified by, entered by, "
    "creator, updater, modifier, creator id, created user, printed by, locked by, owner user, "
    "cancelled by, canceled by, assigned by"
)

# Kinds, in the order in which they are tried.
CREDENTIAL_HASH = _phrases(
    "password hash, hashed password, passwordhash, encrypted password, pass crypt, password "
    "digest, crypted password, pwd hash, pass hash, passwd hash"
)
PASSWORD = _phrases(
    "password, passwd, passwort, kennwort, pwd, mot de passe, mdp, contrasena, parool, senha, "
    "haslo, wachtwoord, salasana, passcode, pass phrase, passphrase, authpassphrase, "
    "privpassphrase, lozinka, heslo, user pass, userpass"
)
SECRET = _phrases(
    "secret, secrets, token, tokens, api key, apikey, access key, private key, privatekey, "
    "secret key, client secret, signing key, signature key, auth key, authkey, session key, "
    "sessionkey, session id, sessionid, session data, ha sessionid, otp, totp, mfa, two factor, "
    "salt, credential, credentials, cvv, cvc, cvv2, csc, psk, pre shared key, snmp community, "
    "community string, security answer, recovery code, recovery codes, backup codes, bearer, "
    "encryption key, license key, licence key, ssh key, publickey, public key, pem, keystore, "
    "nonce, csrf, jwt, oauth, webhook url, webhook key, activation code, verification code, "
    "reset code, pin code, pin, pincode, connection string, dsn, access code, jeton, schlussel, "
    "clave secreta, device token, push token, fcm token, apns, auth code, tls psk, tls psk "
    "identity, invite code, confirmation code, cookie, authtoken, auth data, biometric"
)
NOT_SECRET_ENDINGS = frozenset(
    """
    type status policy count attempts length algorithm format required enabled strength version
    expires expiry expiration lifetime ttl name label description at on date time days minutes
    seconds hours min max limit size provider method scope scopes kind category level flag set
    """.split()
)
EMAIL = _phrases(
    "email, e mail, mail, mailaddress, emailaddress, email address, correo, courriel, epost, "
    "mel, sendto, send to, imel, sahkoposti, mailto, reply to address, useremail"
)
PHONE = _phrases(
    "phone, telephone, tel, mobile, cell, cellphone, cell phone, gsm, fax, msisdn, telefon, "
    "telefono, telefoon, handy, mobil, portable, whatsapp, puhelin, phonenumber, phoneno, "
    "contact number, telefax, mobilephone, homephone, workphone, sms number, landline, "
    "telefonnummer, telnr, tel nr, telephonenumber, pager, e164, e 164"
)
FIRST_NAME = _phrases(
    "first name, firstname, fname, given name, givenname, forename, vorname, prenom, eesnimi, "
    "etunimi, imie, middle name, middlename, second name, voornaam, fornavn, primer nombre, "
    "nombres, nome proprio, ime, first names, given names, preferred name, name first, middle "
    "initial, rufname, mname, minitial, christian name, pet name"
)
LAST_NAME = _phrases(
    "last name, lastname, lname, surname, family name, familyname, nachname, familienname, "
    "apellido, apellidos, perekonnanimi, perenimi, sukunimi, nazwisko, achternaam, efternavn, "
    "etternavn, cognome, sobrenome, maiden name, maidenname, mother maiden name, nom de "
    "famille, prezime, prijmeni, name last, birth name, geburtsname, patronymic, sname, second "
    "surname, former name"
)
ONE_WORD_NAMES = {
    **dict.fromkeys("given givens middle forenames firstnames".split(), "first_name"),
    **dict.fromkeys("maiden surnames lastnames".split(), "last_name"),
}
"""Whole names of columns that hold names of people, wherever they stand."""
ONE_WORD_NAMES_OF_PEOPLE = {
    **dict.fromkeys("first second sur fore christian".split(), "first_name"),
    **dict.fromkeys("last family house clan".split(), "last_name"),
    **dict.fromkeys("alias called formal informal".split(), "login"),
}
"""Whole names of columns that hold names of people in a table of people."""
FULL_NAME = _phrases(
    "full name, fullname, display name, displayname, real name, realname, person name, contact "
    "name, contactname, customer name, client name, patient name, employee name, user full "
    "name, holder name, cardholder, cardholder name, card holder, account holder, recipient "
    "name, recipient, addressee, signatory, signed by, author name, owner name, sender name, "
    "member name, guest name, student name, passenger name, legal name, contact person, "
    "ansprechpartner, nom complet, nombre completo, taisnimi, manager name, spouse name, father "
    "name, mother name, emergency contact, next of kin, beneficiary name, billing name, "
    "shipping name, payer name, ship to name, bill to name, nimi, name on card, ship name, "
    "driver name, teacher name, doctor name, agent name, billed to, attention to, kontoinhaber, "
    "responsible, called party"
)
ROLES_OF_PEOPLE = frozenset("author composer performer reviewer translator writer assignee".split())
"""Last words of columns that hold a name."""
DISPLAY_NAME = _phrases("display name, displayname")
LOGIN = _phrases(
    "username, user name, login, user login, login name, loginname, nickname, nick, handle, "
    "screen name, benutzername, kasutajanimi, whodunnit, account name, userid text, user "
    "handle, nom utilisateur, usuario, gamertag, samaccountname, upn, uid, http user, ipmi "
    "username, security name, securityname, display handle, twitter handle, logon, aka, "
    "known as, pseudonym, goes by, user nicename"
)
INITIALS = _phrases("initials, initialen, initiales, iniciales, iniziali, inicialy, initsiaalid")
STREET = _phrases(
    "street, address, addr, addr1, addr2, addr3, address1, address2, address3, address line, "
    "addressline, street address, streetaddress, line1, line2, line 1, line 2, strasse, rue, "
    "calle, tanav, aadress, adresse, direccion, indirizzo, morada, endereco, osoite, house "
    "number, house no, housenumber, street no, street number, street box, street prefix, "
    "hausnummer, apartment, apt, flat, unit number, po box, postfach, building number, "
    "residence, domicile, voivodeship address, location address, ulica, via, adres"
)
WHOLE_ADDRESS = _phrases(
    "address, full address, postal address, mailing address, home address, shipping address, "
    "billing address, delivery address, location address, address text, adresse, anschrift, "
    "direccion, indirizzo, endereco, morada, aadress, adres"
)
"""Streets by name that hold the town too, where no column beside them does."""
HOUSE_NUMBER = _phrases(
    "house number, house no, housenumber, house nr, street number, street no, hausnummer, "
    "building number, numero civico, huisnummer"
)
NOT_STREET = frozenset(
    "ip ipv4 ipv6 mac email mail web url wallet bitcoin host memory listen remote".split()
)
CITY = _phrases(
    "city, town, village, ort, stadt, ville, ciudad, linn, locality, municipality, gemeinde, "
    "kommune, place of birth, birth place, birthplace, geburtsort, suburb, cidade, citta, "
    "kaupunki, miasto, birth city"
)
POSTCODE = _phrases(
    "postal code, postcode, post code, zip, zip code, zipcode, plz, postleitzahl, codigo "
    "postal, code postal, sihtnumber, eircode, postalcode, postnummer, cap, postinumero, zip5, "
    "zip4, pincode postal"
)
GEO = _phrases(
    "lat, latitude, lon, lng, long, longitude, geo, geolocation, coordinates, gps, geom, laius, "
    "pikkus"
)
NATIONAL_ID = _phrases(
    "ssn, social security, social security number, national id, nationalid, national number, "
    "nationalidnumber, national identifier, identity number, identity card, id number, "
    "idnumber, id card, passport, passport number, passportno, driver license, drivers license, "
    "driver licence, driving licence, driving license, license number, licence number, tax id, "
    "taxid, tax number, tin, vat number, vat id, vatid, personal code, personal id, personal "
    "number, isikukood, personnummer, personalausweis, cpr, bsn, dni, nie, nif, cif, curp, "
    "pesel, cnp, egn, nino, nhs number, mrn, medical record number, insurance number, health "
    "insurance, nhi, aadhaar, cpf, cnpj, steuernummer, steuer id, ahv, insz, niss, oib, jmbg, "
    "rodne cislo, henkilotunnus, hetu, codice fiscale, svnr, sozialversicherungsnummer, avs, "
    "sin, sss, itin, ein, abn, social insurance, voter id, ausweis, fiscal code, document "
    "number, patient number, member number, student number, employee number, personnel number, "
    "personalnummer, matricule, registry number, customer number, kundennummer, policy number, "
    "claim number, license plate, licence plate, plate number, kennzeichen, matricula, vin, "
    "imei, imsi, iccid, udid, idfa, device id, advertising id, serial number, serialnumber, "
    "serialno, account number, accountnumber, account no, bank account, routing number, sort "
    "code, kontonummer, card serial, bank number, duns, registration number"
)
# What mask_national_id knows, where the name says which it is.
SCHEMES = {
    "us_ssn": _phrases("ssn, social security number"),
    "us_ein": _phrases("ein, employer identification number"),
    "gb_nino": _phrases("nino, national insurance number"),
    "de_idnr": _phrases("steuer id, steuer idnr, steuerid, idnr"),
    "fr_nir": _phrases("nir, numero securite sociale"),
    "es_dni": _phrases("dni"),
    "es_nie": _phrases("nie"),
    "it_codice_fiscale": _phrases("codice fiscale, codicefiscale"),
    "pl_pesel": _phrases("pesel"),
    "nl_bsn": _phrases("bsn, burgerservicenummer"),
    "se_personnummer": _phrases("personnummer"),
    "br_cpf": _phrases("cpf"),
    "br_cnpj": _phrases("cnpj"),
    "in_aadhaar": _phrases("aadhaar, aadhar"),
}
IBAN = _phrases("iban")
CARD = _phrases(
    "credit card, creditcard, card number, cardnumber, cc number, ccnumber, ccnum, pan, card "
    "no, debit card, kreditkarte, carte bancaire, tarjeta, card pan, credit card number"
)
LAST_FOUR = _phrases("last4, last four, last 4, lastfour, card last4")
IP = _phrases(
    "ip, ip address, ipaddress, ipv4, ipv6, remote addr, client ip, ip addr, attempt ip, last "
    "ip, remote ip, listen ip"
)
MAC = _phrases("mac, mac address, macaddress, macaddr, bssid, macaddress a, macaddress b")
URL = _phrases(
    "url, uri, website, web site, homepage, link, href, web, webpage, facebook, twitter, "
    "instagram, linkedin, skype, telegram, github, social, avatar, photo url, picture url, "
    "blog, callback, endpoint, web url"
)
USER_AGENT = _phrases("user agent, useragent, fingerprint, device fingerprint, browser fingerprint")
GENDER = _phrases(
    "gender, sex, geschlecht, genre sexe, sexe, sexo, sugu, sukupuoli, plec, anrede, "
    "salutation, civility, civilite"
)
BIRTH = _phrases(
    "birth date, birthdate, date of birth, dateofbirth, dob, birthday, born, born on, "
    "geburtsdatum, date naissance, date de naissance, fecha nacimiento, fecha de nacimiento, "
    "synniaeg, sunniaeg, sunnikuupaev, syntymaaika, geboortedatum, data nascimento, data "
    "urodzenia, foedselsdato, birth day, gebdat"
)
PERSONAL_DATES = _phrases(
    "death date, date of death, deceased, hire date, hired, wedding, marriage date, died, deathdate"
)
SENSITIVE = _phrases(
    "religion, religious, ethnicity, ethnic, race, political, politics, trade union, union "
    "member, sexual, orientation, diagnosis, diagnoses, disease, illness, disability, disabled, "
    "allergy, allergies, blood type, blood group, medication, medications, prescription, "
    "symptom, symptoms, hiv, icd, icd10, pregnancy, pregnant, smoker, conviction, convictions, "
    "criminal, offense, offence, mental, health, health status, medical, medical history, "
    "condition code, genetic, dna, marital status, marital, civil status, civil state, "
    "krankheit, diagnose, familienstand, konfession, etat civil, religioni, diagnoos, tervis, "
    "caste, veteran, refugee, asylum, criminal record, immigration, therapy, surgery, "
    "vaccination, lab result, test result"
)
MONEY = _phrases(
    "salary, wage, wages, income, pay rate, compensation, bonus, gehalt, lohn, salaire, "
    "salario, palk, net worth, payroll"
)
COMPANY = _phrases(
    "company, company name, companyname, employer, organization, organisation, organization "
    "name, firm, firma, business name, entreprise, empresa, societe, ettevote, yritys, "
    "workplace, arbeitgeber, org name"
)
JOB = _phrases(
    "job, job title, jobtitle, occupation, profession, beruf, position title, amet, metier, "
    "puesto, cargo, ammatti"
)
FREE_TEXT = _phrases(
    "note, notes, comment, comments, remark, remarks, body, message, messages, text, memo, bio, "
    "biography, about, about me, summary, feedback, review, review text, subject, detail, "
    "details, question, answer, instructions, instruction, observation, observations, "
    "kommentar, kommentare, bemerkung, bemerkungen, notiz, notizen, beschreibung, commentaire, "
    "commentaires, remarque, kirjeldus, markus, markused, transcript, diff, log, log message, "
    "error, error message, error text, exception, stacktrace, stack trace, payload, request, "
    "response, raw, raw data, metadata, data, content, contents, html, reason, reason text, "
    "complaint, narrative, signature, footer, header, statement, excerpt, abstract, story, "
    "caption, reply, quote, nota, notas, observaciones, descripcion, description, desc, motive, "
    "motif, anmerkung, mensaje, command, parameters, params, args, arguments, query, sql, "
    "search, search term, keywords, attachment, file name, filename, file, path, file path, "
    "original filename, document, chat, conversation, preview, test string, info, history, "
    "huomautus, opis, uwagi, cv, resume, lebenslauf, greeting, additional info, extra, "
    "properties, context, old value, new value, old values, new values, changes, changed "
    "fields, before, after, snapshot, event data, state data, headers, post data, posts, "
    "variables, instance, cause, medium text, subject line, mail text, help, hint"
)
REGION = _phrases(
    "state, state code, province, region, region name, county, bundesland, departement, canton, "
    "maakond, prefecture, provincia, estado, voivodeship"
)
COUNTRY = _phrases("country, country code, countrycode, country iso, iso country, pays, pais, riik")
LONGITUDE = frozenset("lon lng long longitude pikkus".split())
LATITUDE = frozenset("lat latitude laius".split())
PLACES = _phrases(
    "country, country code, countrycode, country name, state, state code, province, region, "
    "region code, county, district, continent, nationality, land, pays, pais, riik, bundesland, "
    "departement, canton, maakond, territory"
)
"""Parts of an address that many people share."""
CODES = _phrases(
    "currency, currency code, locale, lang, language, language code, timezone, time zone, tz, "
    "mime type, mimetype, content type, iso code, iso, isocode, iso2, iso3, sku, isbn, ean, "
    "gtin, barcode, upc, asin, mpn, charset, encoding, waehrung, wahrung, devise, moneda, "
    "sprache, langue, idioma, keel, product code, item code, part number, cron, status code, "
    "country id, algorithm, protocol, table name, tablename, model, app label, unit of measure"
)
"""Codes that say nothing about anybody, however many different ones there are."""
CATEGORY = _phrases(
    "status, state, type, kind, category, categories, level, priority, role, locale, lang, "
    "language, currency, country, country code, countrycode, timezone, time zone, tz, unit, "
    "units, method, channel, color, colour, size, format, mime type, mimetype, content type, "
    "contenttype, extension, version, scope, mode, visibility, platform, browser, os, plan, "
    "tier, grade, rating, weekday, day of week, frequency, algorithm, charset, encoding, theme, "
    "icon, css, sku, isbn, ean, gtin, barcode, upc, asin, mpn, brand, currency code, iso code, "
    "iso, isocode, iso2, iso3, numeric code, symbol, severity, stage, phase, step, flag, flags, "
    "gender code, region, region code, province, county, district, continent, "
    "tax code, tax rate, payment method, carrier, shipping method, model, app label, app, "
    "operation, action, verb, event, event type, source, origin, provider, "
    "permission, permissions, class, variant, material, species, breed, make, table name, "
    "tablename, field name, sort, direction, position, alignment, font, layout, locale code, "
    "environment, env, language code, nationality, genre, shift, measure, dimension, hash "
    "algorithm, protocol, engine, queue, checksum algorithm, period, interval, degree, "
    "subject area, statut, estado, statut code, zustand, seisund, tyyp, art, typ, waehrung, "
    "wahrung, devise, moneda, sprache, langue, idioma, keel, land, pays, pais, riik, product "
    "code, item code, part number, cron, schedule, media type, entity type, record type, unit "
    "of measure, uom, currency symbol, group, team, department, division, section, segment, "
    "cohort, queue, airport, airport code, iata, icao, gate, seat, fare, "
    "aircraft, vehicle type, fuel, transmission, dialect, build method, sortorder"
)
LABEL = _phrases(
    "name, title, label, caption, designation, slug, code, display, headline, heading, "
    "abbreviation, abbr, short name, shortname, short code, long name, key, tag, tags, term, "
    "topic, bezeichnung, nombre, nom, nimetus, libelle, titel, titre, titulo, name de, name fr, "
    "name en, name es, name et, designation de, designation fr, product name, item name, album, "
    "track, expression, formula, alias, ref, reference, number, no, nr, num"
)
"""Names of things: harmless in a table of things, telling anywhere else."""
NAME_HEADS = frozenset("name names title titles label labels caption display designation".split())
TEXT_HEADS = (
    frozenset(phrase[0] for phrase in FREE_TEXT if len(phrase) == 1)
    | NAME_HEADS
    | VALUES
    | frozenset("by to from with for who whom".split())
)
"""Last words that make a text of whatever stands before them: language_notes is no language."""
SUFFIXES = frozenset(
    "de en fr es et it nl pt fi sv da no pl ru lv lt id code key full short".split()
)
"""Last words that change nothing about what a column holds."""
IDENTIFIERS = _phrases(
    "code, ref, reference, number, no, nr, num, key, slug, short code, shortcode, external ref, "
    "order number, invoice number, ticket number, case number, contract number, nummer, numero, "
    "kood, codigo"
)
"""Names of rows: another one of the same layout does as well."""
HASHES = _phrases(
    "hash, checksum, etag, md5, sha1, sha256, uuid, guid, digest, fingerprint hash, uid text, "
    "cuid, external id, external ref, tracking number"
)
PHOTO = _phrases(
    "photo, picture, image, avatar, portrait, face, fingerprint, signature, scan, foto, bild"
)
FLAGS = frozenset(
    """
    is has was can should needs allow allows verified confirmed enabled disabled count num number
    """.split()
)


def matches(phrases: tuple[tuple[str, ...], ...], words: list[str]) -> bool:
    """Whether one of the phrases stands in a name of these words."""
    return _matches(phrases, tuple(words))


def is_category(phrases: tuple[tuple[str, ...], ...], words: list[str]) -> bool:
    """Whether a name of these words is one of a category: a phrase stands in it that its last
    word does not turn into a text about it, as in `language_notes`.
    """
    core = list(words)
    while len(core) > 1 and (core[-1].isdigit() or len(core[-1]) == 1 or core[-1] in SUFFIXES):
        core.pop()
    for name in (words, core):
        if any(tuple(name[-len(phrase) :]) == phrase for phrase in phrases):
            return True
    return core[-1] not in TEXT_HEADS and matches(phrases, words) if core else False


@cache
def _matches(phrases: tuple[tuple[str, ...], ...], words: tuple[str, ...]) -> bool:
    joined = "".join(words)
    for phrase in phrases:
        size = len(phrase)
        if any(words[start : start + size] == phrase for start in range(len(words) - size + 1)):
            return True
        run = "".join(phrase)
        if run == joined or (len(run) >= 6 and run in words):
            return True
    return False

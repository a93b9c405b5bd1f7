using System.Collections.Immutable;

namespace Automation.Host.Notifications;

/// <summary>Who has which role at a site.</summary>
internal sealed class NotificationPeople(NotificationSettings settings)
{
    private readonly Dictionary<string, Person> _byId = settings.People.ToDictionary(p => p.Id, StringComparer.Ordinal);

    public IEnumerable<string> Ids => _byId.Keys;

    /// <summary>The people of a role; when none is named, somebody who is called like the role and has no address, so that mobile clients are told all the same.</summary>
    public IEnumerable<Person> Of(string site, ImmutableArray<string> roles)
    {
        foreach (Person person in settings.People)
        {
            if (person.Roles.Any(roles.Contains) && AnswersFor(person, site)) yield return person;
        }

        foreach (string role in roles)
        {
            if (!settings.People.Any(p => p.Roles.Contains(role) && AnswersFor(p, site))) yield return new Person { Id = Camel.ToSlug(role), Roles = [role] };
        }
    }

    /// <summary>Also one that is named by a role, or not in the configuration any more.</summary>
    public Person Find(string id) => _byId.TryGetValue(id, out Person? person) ? person : new Person { Id = id, Roles = [] };

    private static bool AnswersFor(Person person, string site) => person.Sites.IsEmpty || person.Sites.Contains(site);

    private static class Camel
    {
        public static string ToSlug(string word) => string.Concat(word.Select(c => char.IsUpper(c) ? "-" + char.ToLowerInvariant(c) : c.ToString()));
    }
}

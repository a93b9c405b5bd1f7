using System.Text;
using Automation.Core.Model;

namespace Automation.Isapi;

/// <summary>Gives found devices their ids: a device the site knows keeps its own, a new one gets one from its model and hardware address.</summary>
/// <remarks>Not from its name, so that renaming a device changes no address. Not for use by two threads.</remarks>
public sealed class DeviceIds
{
    private const int MaxSlug = 40;

    private readonly string _site;
    private readonly IReadOnlyCollection<Device> _known;
    private readonly HashSet<string> _taken;
    private string? _first;

    /// <param name="site">The site's id.</param>
    /// <param name="known">The devices the site lists already.</param>
    /// <param name="first">The id for the first device that is new; null: one is made.</param>
    public DeviceIds(string site, IReadOnlyCollection<Device> known, string? first = null)
    {
        _site = site;
        _known = known;
        _first = first;
        _taken = new HashSet<string>(known.Select(d => d.Address.Device), StringComparer.Ordinal) { "groups" };
    }

    public ResourceAddress AddressOf(DataObject identity, DeviceConnectionInfo connection)
    {
        if (Find(_known, identity, connection) is { } known) return known.Address;
        string wanted = _first ?? NewId(identity, connection);
        _first = null;
        string id = wanted;
        for (int i = 2; !_taken.Add(id); i++) id = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{wanted}-{i}");
        return ResourceAddress.Parse($"{_site}/{id}");
    }

    /// <summary>The device that this one is already: by its index behind the receiver, its serial, its hardware address, or its place on the network.</summary>
    public static Device? Find(IReadOnlyCollection<Device> known, DataObject identity, DeviceConnectionInfo connection)
    {
        if (connection.DevIndex is { } index && Only(known, d => d.Connection?.DevIndex == index) is { } indexed) return indexed;
        // Some devices share a serial, behind a recorder or a receiver; then it says nothing.
        if (identity["serialNumber"].Text is { Length: > 0 } serial && Only(known, d => d.Serial == serial && MayBe(d, connection)) is { } numbered) return numbered;
        if (Mac(identity["mac"].Text) is { } mac && Only(known, d => Mac(d.Mac) == mac && MayBe(d, connection)) is { } carded) return carded;
        return connection.DevIndex is null ? Only(known, d => d.Connection is { DevIndex: null } c && c.Url.Authority == connection.Url.Authority) : null;
    }

    /// <summary>A hardware address in lower case with colons; null when the text is none.</summary>
    public static string? Mac(string? text)
    {
        if (text is null) return null;
        string digits = string.Concat(text.Where(char.IsAsciiHexDigit)).ToLowerInvariant();
        return digits.Length == 12 && digits.Any(c => c != '0') ? string.Join(':', digits.Chunk(2).Select(p => new string(p))) : null;
    }

    // Two places behind one receiver are two devices, whatever serial they say.
    private static bool MayBe(Device known, DeviceConnectionInfo connection) => known.Connection?.DevIndex is null || connection.DevIndex is null || known.Connection.DevIndex == connection.DevIndex;

    private static Device? Only(IReadOnlyCollection<Device> known, Func<Device, bool> matches) => known.Where(matches).Take(2).ToArray() is [var only] ? only : null;

    private static string NewId(DataObject identity, DeviceConnectionInfo connection)
    {
        string model = Slug(identity["model"].Text);
        if (model.Length == 0) model = Slug(identity["deviceType"].Text);
        if (model.Length == 0) model = "device";
        string own = Mac(identity["mac"].Text) is { } mac ? mac[9..].Replace(":", "", StringComparison.Ordinal) : Last(Slug(identity["serialNumber"].Text));
        if (own.Length == 0) own = connection.DevIndex is { } index ? Last(Slug(index)) : Slug(connection.Url.Authority);
        return $"{model}-{own}";
    }

    private static string Last(string slug)
    {
        string plain = slug.Replace("-", "", StringComparison.Ordinal);
        return plain.Length <= 6 ? plain : plain[^6..];
    }

    private static string Slug(string text)
    {
        var slug = new StringBuilder();
        foreach (char c in text.ToLowerInvariant())
        {
            if (slug.Length >= MaxSlug) break;
            if (char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)) slug.Append(c);
            else if (slug.Length > 0 && slug[^1] != '-') slug.Append('-');
        }

        return slug.ToString().TrimEnd('-');
    }
}

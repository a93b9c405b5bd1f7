using System.Xml;
using System.Xml.Linq;

namespace Automation.Isapi.Documents;

/// <summary>A device's XML document that is changed in one place and sent back whole (isapi.md §1: read, modify, write).</summary>
internal sealed class XmlEdit
{
    private readonly XDocument _document;

    private XmlEdit(XDocument document) => _document = document;

    /// <summary>Null when it is not one XML document.</summary>
    public static XmlEdit? TryRead(ReadOnlySpan<byte> bytes)
    {
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = 4 << 20, CheckCharacters = false };
        try
        {
            using var reader = XmlReader.Create(new StringReader(DeviceText.RepairXml(DeviceText.Decode(bytes)).Trim()), settings);
            return new XmlEdit(XDocument.Load(reader, LoadOptions.PreserveWhitespace));
        }
        catch (XmlException)
        {
            return null;
        }
    }

    /// <summary>The document's element, for changes that add or take away.</summary>
    public XElement Root => _document.Root!;

    /// <summary>Sets the text of the element at the path of local names below the root; false when there is none. Without a path the root itself.</summary>
    public bool Set(string value, params ReadOnlySpan<string> path)
    {
        XElement? at = _document.Root;
        foreach (string name in path) at = at?.Elements().FirstOrDefault(e => e.Name.LocalName.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (at is null) return false;
        at.Value = value;
        return true;
    }

    /// <summary>Changes more than one text: gets the root; false when it lacks what should change.</summary>
    public bool Change(Func<XElement, bool> change) => _document.Root is { } root && change(root);

    /// <summary>An attribute of the element at the path of local names below the root; null when there is none.</summary>
    public string? Attribute(string attribute, params ReadOnlySpan<string> path)
    {
        XElement? at = _document.Root;
        foreach (string name in path) at = at?.Elements().FirstOrDefault(e => e.Name.LocalName.Equals(name, StringComparison.OrdinalIgnoreCase));
        return at?.Attribute(attribute)?.Value;
    }

    /// <summary>The document with its declaration, otherwise as it was read.</summary>
    public override string ToString() => "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + _document.ToString(SaveOptions.DisableFormatting);
}

using System.Globalization;
using System.Text;
using Automation.Core.Model;
using Automation.Isapi.Documents;

namespace Automation.Isapi.Events;

/// <summary>The data of an event: the alert's structures made flat, names and units made one (EVT-4). One loop at a time uses it; its room is used again for each alert.</summary>
internal sealed class AlertData
{
    /// <summary>Longest text kept of a field, in characters; the longest honest one is a picture's URL.</summary>
    private const int MaxTextLength = 512;

    /// <summary>Most fields of an event; the richest documented alert has 31.</summary>
    private const int MaxFields = 48;

    private readonly TextCache _texts = new();
    private readonly KeyValuePair<string, DataValue>[] _fields = new KeyValuePair<string, DataValue>[MaxFields];
    private int _count;
    private TemperatureUnit _unit;

    /// <summary>The region that counts was walked through; the others are not.</summary>
    private bool _regionTaken;

    /// <summary>Begins with every field of the alert; the first of a name counts.</summary>
    public AlertData Of(in Alert alert)
    {
        _count = 0;
        Clear();
        _regionTaken = false;
        if (TryHottest(alert.Body, out TapeNode hottest, out int regions))
        {
            // Of several regions in alarm the hottest is the one the alarm is about.
            _unit = UnitOf(hottest, alert.Body);
            if (regions > 1) Number("regions", regions);
            Walk(hottest, default);
            _regionTaken = true;
        }
        else _unit = UnitOf(alert.Body, alert.Body);

        Walk(alert.Body, default);
        return this;
    }

    public AlertData Text(string name, ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty || Has(name)) return this;
        string text = utf8.Length <= MaxTextLength ? _texts.Get(utf8) : Encoding.UTF8.GetString(utf8);
        return Put(name, text.Length <= MaxTextLength ? text : text[..MaxTextLength]);
    }

    public AlertData Text(string name, string? text) => string.IsNullOrEmpty(text) ? this : Put(name, text);

    public AlertData Number(string name, double? number) => number is { } value ? Put(name, value) : this;

    /// <summary>Sets a field whatever the alert said of it; null takes it away.</summary>
    public AlertData Replace(string name, DataValue value)
    {
        for (int i = 0; i < _count; i++)
        {
            if (_fields[i].Key != name) continue;
            if (value.IsNull) _fields[i] = _fields[--_count];
            else _fields[i] = new(name, value);
            return this;
        }

        return value.IsNull ? this : Put(name, value);
    }

    public DataValue this[string name]
    {
        get
        {
            for (int i = 0; i < _count; i++)
            {
                if (_fields[i].Key == name) return _fields[i].Value;
            }

            return DataValue.Null;
        }
    }

    public DataObject ToObject() => DataObject.From(_fields.AsSpan(0, _count));

    private void Walk(TapeNode at, ReadOnlySpan<byte> parent)
    {
        foreach (TapeNode child in at.Children)
        {
            if (!child.IsLeaf)
            {
                if (_regionTaken && child.Is("DetectionRegionEntry"u8)) continue;
                if (child.Is("videoInfoList"u8)) TakeVideo(child);
                else Walk(child, child.Is("RegionCoordinates"u8) ? parent : child.Name);
                continue;
            }

            ReadOnlySpan<byte> text = child.Text;
            if (!text.IsEmpty && _count < MaxFields) Take(parent, child.Name, text);
        }
    }

    private void Take(ReadOnlySpan<byte> parent, ReadOnlySpan<byte> wire, ReadOnlySpan<byte> text)
    {
        if (AlertFields.Of(parent, wire) is not { } field)
        {
            if (TryName(wire) is { } name) TakeAny(name, text);
            return;
        }

        switch (field.Kind)
        {
            case FieldKind.Text:
                Text(field.Name, text);
                break;
            case FieldKind.Number:
                Number(field.Name, DeviceNumber.Number(text));
                break;
            case FieldKind.Flag:
                if (DeviceNumber.Flag(text) is { } flag) Put(field.Name, flag);
                break;
            case FieldKind.Temperature:
                Number(field.Name, DeviceNumber.Number(text) is { } t ? ThermalUnits.ToCelsius(t, _unit) : null);
                break;
            case FieldKind.Degrees:
                Number(field.Name, DeviceNumber.Number(text) is { } d ? ThermalUnits.ToKelvins(d, _unit) : null);
                break;
            case FieldKind.Share:
                Number(field.Name, DeviceNumber.Number(text) is { } s ? s > 1 ? s / 1000 : s : null);
                break;
            case FieldKind.Thousandth:
                Number(field.Name, DeviceNumber.Number(text) / 1000);
                break;
            case FieldKind.NotNegative:
                Number(field.Name, DeviceNumber.Number(text) is >= 0 and var n ? n : null);
                break;
            case FieldKind.Positive:
                Number(field.Name, DeviceNumber.Number(text) is > 0 and var p ? p : null);
                break;
        }
    }

    /// <summary>A field nobody has told us of: a number or a flag where it reads as one, but not where leading zeros say that it is a name.</summary>
    private void TakeAny(string name, ReadOnlySpan<byte> text)
    {
        bool numeric = text.Length <= 15 && !(text.Length > 1 && text[0] == '0' && text[1] != '.') && text[0] != '+';
        if (numeric && DeviceNumber.Number(text) is { } number) Put(name, number);
        else if (text.SequenceEqual("true"u8) || text.SequenceEqual("false"u8)) Put(name, text.Length == 4);
        else Text(name, text);
    }

    /// <summary>A dual-lens camera tells one video a lens (002 A.29).</summary>
    private void TakeVideo(TapeNode info)
    {
        ReadOnlySpan<byte> position = info.TextOf("cameraPosition"u8);
        string name = Ascii.EqualsIgnoreCase(position, "left"u8) ? "videoUrlLeft" : Ascii.EqualsIgnoreCase(position, "right"u8) ? "videoUrlRight" : "videoUrl";
        Text(name, info.TextOf("videoURL"u8));
    }

    /// <summary>The wire's own name in our spelling: it begins in lower case. Null for what could not be a field's name.</summary>
    private string? TryName(ReadOnlySpan<byte> wire)
    {
        if (wire.Length is 0 or > 64) return null;
        Span<byte> name = stackalloc byte[64];
        wire.CopyTo(name);
        name = name[..wire.Length];
        foreach (byte c in name)
        {
            if (!char.IsAsciiLetterOrDigit((char)c) && c is not ((byte)'_' or (byte)'-')) return null;
        }

        // Whole words in capitals keep them: "URL", but "FaceRect" becomes "faceRect".
        if (name.Length < 2 || !char.IsAsciiLetterUpper((char)name[1])) name[0] = (byte)char.ToLowerInvariant((char)name[0]);
        return _texts.Get(name);
    }

    private AlertData Put(string name, DataValue value)
    {
        if (_count == MaxFields || Has(name)) return this;
        _fields[_count++] = new(name, value);
        return this;
    }

    private bool Has(string name)
    {
        for (int i = 0; i < _count; i++)
        {
            if (_fields[i].Key == name) return true;
        }

        return false;
    }

    private void Clear() => Array.Clear(_fields);

    private static bool TryHottest(TapeNode body, out TapeNode hottest, out int regions)
    {
        hottest = default;
        regions = 0;
        double most = double.NegativeInfinity;
        Look(body, ref hottest, ref regions, ref most);
        return regions > 0;
    }

    private static void Look(TapeNode at, ref TapeNode hottest, ref int regions, ref double most)
    {
        foreach (TapeNode child in at.Children)
        {
            if (child.IsLeaf) continue;
            if (!child.Is("DetectionRegionEntry"u8))
            {
                Look(child, ref hottest, ref regions, ref most);
                continue;
            }

            regions++;
            double temperature = TemperatureOf(child) ?? double.MinValue;
            if (temperature > most) (hottest, most) = (child, temperature);
        }
    }

    private static double? TemperatureOf(TapeNode region) =>
        region.TryFind("currTemperature"u8, out TapeNode found) || region.TryFind("fireMaxTemperature"u8, out found) ? DeviceNumber.Number(found.Text) : null;

    private static TemperatureUnit UnitOf(TapeNode first, TapeNode second) =>
        first.TryFind("thermometryUnit"u8, out TapeNode found) || first.TryFind("temperatureUnit"u8, out found) || second.TryFind("thermometryUnit"u8, out found) || second.TryFind("temperatureUnit"u8, out found)
            ? ThermalUnits.Of(found.Text)
            : TemperatureUnit.Celsius;
}

using System.Text;

namespace Automation.Benchmarks.Isapi;

/// <summary>Alerts as devices send them, one of each size and dialect.</summary>
internal static class ParseDocuments
{
    /// <param name="Json">Otherwise XML.</param>
    internal sealed record Document(string Name, bool Json, string Text)
    {
        /// <summary>The part on the wire.</summary>
        public byte[] ToWire()
        {
            byte[] body = Encoding.UTF8.GetBytes(Text);
            byte[] head = Encoding.ASCII.GetBytes($"--boundary\r\nContent-Type: application/{(Json ? "json" : "xml")}; charset=\"UTF-8\"\r\nContent-Length: {body.Length}\r\n\r\n");
            return [.. head, .. body, (byte)'\r', (byte)'\n'];
        }
    }

    public static IReadOnlyList<Document> All { get; } =
    [
        new("motion, XML", false, Xml("VMD", "<channelName>Camera 01</channelName>")),
        new("intrusion with regions, XML", false, Xml("fielddetection", Region("<detectionTarget>human</detectionTarget>\n<TargetRect>\n<X>0.61</X>\n<Y>0.22</Y>\n<width>0.14</width>\n<height>0.51</height>\n</TargetRect>\n") + "<channelName>Camera 01</channelName>\n<detectionPictureTransType>binary</detectionPictureTransType>\n<detectionPicturesNumber>1</detectionPicturesNumber>")),
        new("temperature alarm, XML", false, Xml("TMA", Region("<TMA>\n<thermometryUnit>celsius</thermometryUnit>\n<ruleTemperature>35.0</ruleTemperature>\n<currTemperature>39.8</currTemperature>\n<ruleCalibType>region</ruleCalibType>\n<ruleType>highest temp is higher than</ruleType>\n<presetNo>1</presetNo>\n</TMA>\n") + "<channelName>Thermal</channelName>")),
        new("zone alarm of a panel, JSON", true, """{"ipAddress":"192.0.2.7","portNo":80,"protocolType":"HTTP","macAddress":"02:00:5e:01:02:03","channelID":1,"dateTime":"2026-11-20T12:00:00+01:00","activePostCount":1,"eventType":"cidEvent","eventState":"active","eventDescription":"CID event","CIDEvent":{"code":1103,"type":"zoneAlarm","trigger":"2026-11-20T12:00:00+01:00","upload":"2026-11-20T12:00:00+01:00","system":1,"subSystemName":"Area 1","zone":0,"zoneName":"Front door"}}"""),
        new("zone alarm through a receiver, JSON", true, """{"EventNotificationAlert":{"channelID":"1","dateTime":"2026-11-20T12:00:00+01:00","activePostCount":1,"eventType":"CIDAlarm","eventState":"active","eventDescription":"CID alarm","devIndex":"00000000-1111-2222-3333-444444444444","channelName":"Panel","deviceID":"42","deviceSerial":"42","CIDAlarm":{"subSys":1,"zoneNo":0,"CIDCode":"1103","CIDType":1,"CIDDescribe":"alarm","timeZoneIdx":16,"triggerTime":"2026-11-20 12:00:00","uploadTime":"2026-11-20 12:00:00","CIDParam":"1,2,0,1,-1,-1,-1,owner","isVideo":0,"isTalk":0,"UUID":"7"}}}"""),
        new("card at a door, JSON", true, """{"ipAddress":"192.0.2.8","portNo":80,"protocolType":"HTTP","macAddress":"02:00:5e:01:02:04","channelID":1,"dateTime":"2026-11-20T12:00:00+01:00","activePostCount":1,"eventType":"AccessControllerEvent","eventState":"active","eventDescription":"Access Controller Event","AccessControllerEvent":{"deviceName":"Gate","majorEventType":5,"subEventType":1,"doorNo":1,"cardReaderNo":1,"serialNo":4711,"currentEvent":true,"name":"Ada","employeeNoString":"100"}}"""),
    ];

    private static string Xml(string type, string more) =>
        $"""
        <?xml version="1.0" encoding="UTF-8"?>
        <EventNotificationAlert version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema">
        <ipAddress>192.0.2.9</ipAddress>
        <portNo>80</portNo>
        <protocol>HTTP</protocol>
        <macAddress>02:00:5e:01:02:05</macAddress>
        <channelID>1</channelID>
        <dateTime>2026-11-20T12:00:00+01:00</dateTime>
        <activePostCount>1</activePostCount>
        <eventType>{type}</eventType>
        <eventState>active</eventState>
        <eventDescription>{type} alarm</eventDescription>
        {more}
        </EventNotificationAlert>

        """;

    private static string Region(string more)
    {
        string corners = string.Concat(new[] { (120, 100), (120, 905), (880, 900), (870, 110) }.Select(c => $"<RegionCoordinates>\n<positionX>{c.Item1}</positionX>\n<positionY>{c.Item2}</positionY>\n</RegionCoordinates>\n"));
        return $"<DetectionRegionList>\n<DetectionRegionEntry>\n<regionID>2</regionID>\n<sensitivityLevel>50</sensitivityLevel>\n<RegionCoordinatesList>\n{corners}</RegionCoordinatesList>\n{more}</DetectionRegionEntry>\n</DetectionRegionList>\n";
    }
}

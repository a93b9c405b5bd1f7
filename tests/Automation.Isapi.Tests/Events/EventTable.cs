using Automation.Core.Model;

namespace Automation.Isapi.Tests.Events;

/// <summary>One row: what a device sends, and what it is here.</summary>
/// <param name="Where">The section that describes it.</param>
/// <param name="Of">The device that sends it.</param>
/// <param name="Json">The alert as JSON, with or without its envelope.</param>
/// <param name="Event">Resource and type and state; empty: no event.</param>
/// <param name="Data">Beside the envelope's fields: <c>name=value</c>, separated by semicolons.</param>
/// <param name="State">The state that holds from then on; empty: none.</param>
internal sealed record EventRow(string Where, Device Of, string Json, string Event, string Data = "", string State = "")
{
    public override string ToString() => Where;
}

/// <summary>Every event type of 002 Appendix B and A.3–A.35, and of 004 §7–8; the documents' shapes with other values.</summary>
internal static class EventTable
{
    private static readonly Device Nvr = TestDevices.Recorder();
    private static readonly Device Panel = TestDevices.Panel();
    private static readonly Device Camera = TestDevices.Camera();
    private static readonly Device Gate = TestDevices.Access();

    /// <summary>002 A.9–A.29: what verifies an alarm.</summary>
    private const string Review = """
        "VideoReview":{"protocolType":"HikCIDProtocol","HikCIDParams":{"subSys":2,"ZoneNo":5,"videoURL":"http://10.0.0.9/v/7.mp4"}}
        """;

    private const string ReviewData = "area=2;zone=5;videoUrl=http://10.0.0.9/v/7.mp4";

    private const string Region = """
        "DetectionRegionList":[{"DetectionRegionEntry":{"regionID":"3","sensitivityLevel":60,"RegionCoordinatesList":[{"RegionCoordinates":{"positionX":10,"positionY":20}},{"RegionCoordinates":{"positionX":30,"positionY":40}}],
          "detectionTarget":"vehicle","TargetRect":{"X":0.25,"Y":0.5,"width":0.125,"height":0.75}}}]
        """;

    private const string RegionData = "regionId=3;sensitivity=60;target=vehicle;targetX=0.25;targetY=0.5;targetWidth=0.125;targetHeight=0.75";

    public static IReadOnlyList<EventRow> Rows { get; } =
    [
        .. Devices(), .. Detections(), .. Heat(), .. Panels(), .. Care(), .. Guide(),
    ];

    /// <summary>The envelope of 002 A.3, with the alert's own members.</summary>
    private static string Alert(string type, string members = "", string channel = "2", string state = "active") =>
        $$$"""{"EventNotificationAlert":{"channelID":"{{{channel}}}","dateTime":"2026-03-01T07:08:09+01:00","activePostCount":"4","eventType":"{{{type}}}","eventState":"{{{state}}}","eventDescription":"it happened","devIndex":"6F1C2E55-0000-4000-8000-0123456789AB","channelName":"Gate & yard"{{{(members.Length == 0 ? "" : "," + members)}}}}}""";

    private static IEnumerable<EventRow> Devices()
    {
        yield return new("A.4 cancelVoiceTalkEvent", Nvr, Alert("cancelVoiceTalkEvent", """ "VoiceTalkEvent":{"deviceName":"Door 4","target":{"buildingNumber":7,"communityNumber":"0","floorNumber":22,"periodNumber":1,"roomNumber":304,"unitNumber":2}} """),
            "store/nvr/channel/2 voiceTalkCancelled Instant", "deviceName=Door 4;buildingNumber=7;communityNumber=0;floorNumber=22;periodNumber=1;roomNumber=304;unitNumber=2");
        yield return new("A.22 requestVoiceTalkEvent", Nvr, Alert("requestVoiceTalkEvent", """ "VoiceTalkEvent":{"deviceName":"Door 4"} """), "store/nvr/channel/2 voiceTalkRequest Instant", "deviceName=Door 4");
        yield return new("A.7 devicedeleted", Nvr, Alert("devicedeleted"), "store/nvr deviceDeleted Instant");
        yield return new("A.8 devStatusChanged online", Nvr, Alert("devStatusChanged", """ "status":"online" """), "store/nvr deviceStatusChanged Instant", "status=online");
        yield return new("A.8 devStatusChanged offline", Nvr, Alert("devStatusChanged", """ "status":"offline" """), "store/nvr deviceStatusChanged Instant", "status=offline");
        yield return new("A.9 diskrecover", Nvr, Alert("diskrecover", Review), "store/nvr hddError Inactive", ReviewData);
        yield return new("A.10 diskerror", Nvr, Alert("diskerror", Review), "store/nvr hddError Active", ReviewData);
        yield return new("A.11 diskfull", Nvr, Alert("diskfull", Review), "store/nvr hddFull Active", ReviewData);
        yield return new("A.12 heartBeat", Nvr, Alert("heartBeat"), "");
        yield return new("A.16 IO", Nvr, Alert("IO", "\"inputIOPortID\":1," + Review), "store/nvr/alarm-input/1 alarmInput Active", "input=1;" + ReviewData, "store/nvr/alarm-input/1 {active: true}");
        yield return new("A.16 IO, over", Nvr, Alert("IO", "\"inputIOPortID\":\"301\"", state: "inactive"), "store/nvr/alarm-input/301 alarmInput Inactive", "input=301", "store/nvr/alarm-input/301 {active: false}");
        yield return new("A.19 recordException", Nvr, Alert("recordException", Review), "store/nvr/channel/2 recordingException Active", ReviewData);
        yield return new("A.27 videoloss", Nvr, Alert("videoloss", Review), "store/nvr/channel/2 videoLoss Active", ReviewData);
        yield return new("A.27 videoloss as a heartbeat", Nvr, Alert("videoloss", channel: "0", state: "inactive"), "");
        yield return new("A.28 shelteralarm", Nvr, Alert("shelteralarm", Review), "store/nvr/channel/2 videoTampering Active", ReviewData);
        yield return new("A.30 hppConnectionStatusChanged", Nvr, Alert("hppConnectionStatusChanged", """ "status":" abnormal" """, channel: "0"), "store/nvr networkStateChanged Instant", "status=abnormal");
        yield return new("A.30 hppConnectStateChanged", Nvr, Alert("hppConnectStateChanged", """ "status":"normal" """, channel: "0"), "store/nvr networkStateChanged Instant", "status=normal");
        yield return new("A.31 deviceKeyStateChanged", Nvr, Alert("deviceKeyStateChanged", """ "status":" abnormal" """, channel: "0"), "store/nvr deviceKeyChanged Instant", "status=abnormal");
        yield return new("A.35 deviceHPPNetworkChanged", Panel, Alert("deviceHPPNetworkChanged", """ "status":"normal" """, channel: "0"), "store/panel networkStateChanged Instant", "status=normal");
        yield return new("Appendix D deviceoffline", Nvr, Alert("deviceoffline", channel: "0"), "store/nvr offline Active");
        yield return new("Appendix D deviceonline", Nvr, Alert("deviceonline", channel: "0"), "store/nvr offline Inactive");
        foreach (string word in (string[])["deviceKeyAbnormal", "deviceKeyNormal"]) yield return new("Appendix D " + word, Nvr, Alert(word, channel: "0"), "store/nvr deviceKeyChanged Instant");
        foreach (string word in (string[])["hppConnectAbnormal", "hppConnectNormal", "deviceHppAbnormal", "deviceHppNormal"]) yield return new("Appendix D " + word, Nvr, Alert(word, channel: "0"), "store/nvr networkStateChanged Instant");
        yield return new("A.3 a type nobody knows", Nvr, Alert("somethingNew", """ "colour":"green","level":"12" """), "store/nvr/channel/2 unknown Instant", "raw=somethingNew;rawState=active;colour=green;level=12");
    }

    private static IEnumerable<EventRow> Detections()
    {
        yield return new("A.14 fielddetection", Nvr, Alert("fielddetection", Region + "," + Review), "store/nvr/channel/2 intrusion Active", RegionData + ";" + ReviewData);
        yield return new("A.17 linedetection", Nvr, Alert("linedetection", Region + "," + Review), "store/nvr/channel/2 lineCrossing Active", RegionData + ";" + ReviewData);
        yield return new("A.18 VMD, normal mode", Nvr, Alert("VMD", Review), "store/nvr/channel/2 motionDetection Active", ReviewData);
        yield return new("A.18 VMD, expert mode", Nvr, Alert("VMD", """ "DetectionRegionList":{"DetectionRegionEntry":{"regionID":"1","sensitivityLevel":50,"RegionCoordinatesList":{"RegionCoordinates":[{"positionX":216,"positionY":216},{"positionX":756,"positionY":756}]}}} """),
            "store/nvr/channel/2 motionDetection Active", "regionId=1;sensitivity=50");
        yield return new("A.18 VMD, over", Nvr, Alert("VMD", state: "inactive"), "store/nvr/channel/2 motionDetection Inactive");
        yield return new("A.20 regionEntrance", Nvr, Alert("regionEntrance", Region + "," + Review), "store/nvr/channel/2 regionEntrance Active", RegionData + ";" + ReviewData);
        yield return new("A.21 regionExiting", Nvr, Alert("regionExiting", Region + "," + Review), "store/nvr/channel/2 regionExiting Active", RegionData + ";" + ReviewData);
        yield return new("Appendix D rapidMove", Nvr, Alert("rapidMove", Region), "store/nvr/channel/2 rapidMove Active", RegionData);
        yield return new("A.26 PIR", Camera, Alert("PIR", """ "ZoneNo":4,"zoneName":"Hall","visualState":"done","CaptureList":[{"resourcesContentType":"url","resourcesContent":"http://10.0.0.9/p/1.jpg"}],"VideoReview":{"HikCIDParams":{"subSys":0,"ZoneNo":4,"videoURL":"http://10.0.0.9/v/1.mp4"},"protocolType":"HikCIDProtocol"} """, channel: "1"),
            "store/camera/channel/1 pirDetection Active", "zone=4;zoneName=Hall;visualState=done;pictureUrl=http://10.0.0.9/p/1.jpg;videoUrl=http://10.0.0.9/v/1.mp4");
    }

    private static IEnumerable<EventRow> Heat()
    {
        yield return new("A.15 fireDetection", Nvr, Alert("fireDetection", """
            "DetectionRegionList":{"DetectionRegionEntry":{"regionID":"1","RegionCoordinatesList":{"RegionCoordinates":[{"positionX":"388","positionY":"694"}]},"FireDetection":{"FireRegion":{"x":"400","y":"600","width":"100","height":"300"},"HighestPoint":{"x":"450","y":"900"},
              "temperatureUnit":"fahrenheit","fireMaxTemperature":"239","targetDistance":"-1","AbsoluteHigh":{"elevation":"11","azimuth":"22","absoluteZoom":"3"}}}},"detectionPicturesNumber":"1","thermalURL":"http://10.0.0.9/t.jpg","deviceSerial":"Q1"
            """),
            "store/nvr/channel/2 fireDetection Active", "regionId=1;targetX=0.4;targetY=0.6;targetWidth=0.1;targetHeight=0.3;hottestX=0.45;hottestY=0.9;temperature=115;elevation=11;azimuth=22;zoom=3;pictures=1;thermalPictureUrl=http://10.0.0.9/t.jpg;deviceSerial=Q1");
        yield return new("A.23 TDA", Nvr, """
            {"DetectionRegionList":[{"DetectionRegionEntry":{"regionID":"9","TDAList":[{"RegionCoordinatesList":[{"RegionCoordinates":{"positionX":631.0,"positionY":656.0}}],"alarmID":1},{"alarmID":2}],
              "TDA":{"AbsoluteHigh":{"absoluteZoom":0.1,"azimuth":5.5,"elevation":-2.5},"alarmRule":"less","alarmType":"MinTemperature","currTemperatureDiff":-9,"presetNo":1,"ruleTemperatureDiff":18,"thermometryUnit":"fahrenheit","toleranceTemperature":0.0}}}],
             "activePostCount":101,"channelID":2,"channelName":"Gate & yard","dateTime":"2026-03-01T07:08:09+01:00","detectionPicturesNumber":1,"eventDescription":"it happened","eventState":"active","eventType":"TDA","thermalURL":"http://10.0.0.9/t.jpg"}
            """,
            "store/nvr/channel/2 temperatureDifference Active",
            "count=101;regionId=9;ruleId=1;zoom=0.1;azimuth=5.5;elevation=-2.5;differenceIs=less;differenceOf=MinTemperature;difference=-5;ruleDifference=10;tolerance=0;preset=1;pictures=1;thermalPictureUrl=http://10.0.0.9/t.jpg");
        yield return new("A.24 TMA", Nvr, Alert("TMA", """
            "DetectionRegionList":{"DetectionRegionEntry":[
              {"regionID":"3","TMA":{"thermometryUnit":"celsius","ruleTemperature":"20.0","currTemperature":"28.5","ruleCalibType":"point","ruleType":"average temp is higher than","presetNo":"1"}},
              {"regionID":"2","TMA":{"thermometryUnit":"celsius","ruleTemperature":"35.0","currTemperature":"39.8","ruleCalibType":"region","ruleType":"highest temp is higher than","MaximumTemperaturePoint":{"RegionCoordinates":{"positionX":"762","positionY":"321"}},
                "AbsoluteHigh":{"elevation":"0.000","azimuth":"1.500","absoluteZoom":"0.10"},"presetNo":"1"}}]},"URLCertificationType":"no"
            """),
            "store/nvr/channel/2 temperatureAlarm Active",
            "regions=2;regionId=2;ruleTemperature=35;temperature=39.8;ruleShape=region;ruleType=highest temp is higher than;hottestX=0.762;hottestY=0.321;elevation=0;azimuth=1.5;zoom=0.1;preset=1;pictureLogin=no",
            "store/nvr/channel/2 {temperature: 39.8}");
        yield return new("A.25 TMPA", Nvr, Alert("TMPA", """
            "DetectionRegionList":{"DetectionRegionEntry":{"regionID":"2","TMPA":{"thermometryUnit":"kelvin","ruleTemperature":"303.15","currTemperature":"300.15","ruleCalibType":"line","ruleType":"highest temp is higher than","presetNo":"1","alarmRuleTemperature":"308.15"}}}
            """),
            "store/nvr/channel/2 temperaturePreAlarm Active", "regionId=2;ruleTemperature=30;temperature=27;ruleShape=line;ruleType=highest temp is higher than;preset=1;alarmTemperature=35", "store/nvr/channel/2 {temperature: 27}");
    }

    private static IEnumerable<EventRow> Panels()
    {
        yield return new("A.5 CIDAlarm heartbeat", Panel, """{"EventNotificationAlert":{"dateTime":"2026-03-01T07:08:09+01:00","eventType":"CIDAlarm","eventState":"active","eventDescription":"CID Alarm","CIDAlarm":{"CIDCode":"1602","CIDDescribe":"HeartBeat","CIDParam":"-1,-1,-1,-1,-1,-1,-1,NONE"}}}""", "");
        yield return new("A.6 CIDAlarm", Panel, Alert("CIDAlarm", """
            "deviceID":"4711","deviceSerial":"Q2","CIDAlarm":{"subSys":1,"zoneNo":3,"CIDCode":"1103","CIDType":1,"CIDDescribe":"alarm","timeZoneIdx":16,"triggerTime":"2026-03-01 07:08:00","uploadTime":"2026-03-01 07:08:05","CIDParam":"1,2,3,4,5,6,7,owner","isVideo":1,"isTalk":0,"UUID":"be1a"}
            """),
            "store/panel/zone/3 zoneAlarm Active",
            "accountId=4711;deviceSerial=Q2;area=1;zone=3;code=1103;cidType=1;timeZoneIndex=16;triggerTime=2026-03-01 07:08:00;uploadTime=2026-03-01 07:08:05;deviceTime=2026-03-01 07:08:00;keypad=4;channel=5;hdd=6;module=7;by=keypad;userNumber=2;user=owner;video=1;canTalk=false;alarmId=be1a;name=Burglary Alarm",
            "store/panel/zone/3 {alarm: true}");
        yield return new("A.29 videoReview", Panel, Alert("videoReview", """
            "VideoReview":{"protocolType":"HikCIDProtocol","HikCIDParams":{"subSys":1,"ZoneNo":3,"CIDCode":"1103","CIDType":2,"CIDDescribe":"alarm","triggerTime":"2026-03-01 07:08:00","CIDParam":"2,2,3,-1,-1,-1,-1,NONE","UUID":"0","isVideo":2,"videoURL":"http://10.0.0.9/v.mp4",
              "videoInfoList":[{"videoURL":"http://10.0.0.9/l.mp4","cameraPosition":"left"},{"videoURL":"http://10.0.0.9/r.mp4","cameraPosition":"right"}],"isTalk":1}}
            """, channel: "0"),
            "store/panel/zone/3 videoReview Instant",
            "area=1;zone=3;code=1103;cidType=2;triggerTime=2026-03-01 07:08:00;by=network;userNumber=2;alarmId=0;video=2;videoUrl=http://10.0.0.9/v.mp4;videoUrlLeft=http://10.0.0.9/l.mp4;videoUrlRight=http://10.0.0.9/r.mp4;canTalk=true");
        yield return new("isapi.md 1.2 cidEvent", Panel, """{"dateTime":"2026-03-01T07:08:09+01:00","eventType":"cidEvent","eventState":"active","CIDEvent":{"code":1103,"type":"zoneAlarm","system":1,"zone":"3","name":"owner","trigger":"2026-03-01T07:08:00+01:00","upload":"2026-03-01T07:08:05+01:00"}}""",
            "store/panel/zone/3 zoneAlarm Active",
            "-count;-description;-channelName;area=1;zone=3;code=1103;cidTypeName=zoneAlarm;user=owner;triggerTime=2026-03-01T07:08:00+01:00;uploadTime=2026-03-01T07:08:05+01:00;deviceTime=2026-03-01T07:08:00+01:00;name=Burglary Alarm", "store/panel/zone/3 {alarm: true}");
    }

    private static IEnumerable<EventRow> Care()
    {
        yield return new("A.13 fallingDown", Camera, Alert("fallingDown", channel: "1"), "store/camera/channel/1 fallingDown Active");
        yield return new("A.32 longTimeLeave", Camera, Alert("longTimeLeave", channel: "1"), "store/camera/channel/1 longTimeLeave Active");
        yield return new("A.33 heartBeatAbnormal", Camera, Alert("heartBeatAbnormal", channel: "1"), "store/camera/channel/1 heartBeatAbnormal Active");
        yield return new("A.34 respireAbnormal", Camera, Alert("respireAbnormal", channel: "1"), "store/camera/channel/1 respireAbnormal Active");
        yield return new("A.34 channel 0 of a device with one", Camera, Alert("respireAbnormal", channel: "0"), "store/camera/channel/1 respireAbnormal Active");
    }

    /// <summary>004 §7–8 and the forms of isapi.md 1.3.</summary>
    private static IEnumerable<EventRow> Guide()
    {
        yield return new("004 §7.1 motion", Nvr, """{"ipAddress":"10.0.0.9","portNo":80,"dynChannelID":2,"dateTime":"2026-03-01T07:08:09+01:00","activePostCount":4,"eventType":"VMD","eventState":"active","eventDescription":"it happened","channelName":"Gate & yard"}""", "store/nvr/channel/2 motionDetection Active");
        foreach ((string wire, string type) in ((string, string)[])[("fielddetection", "intrusion"), ("linedetection", "lineCrossing"), ("regionEntrance", "regionEntrance"), ("regionExiting", "regionExiting")])
        {
            yield return new("004 §7.2 " + wire, Nvr, Alert(wire, """ "detectionTarget":"human","detectionPictureTransType":"url","detectionPicturesNumber":1,"bkgUrl":"http://10.0.0.9/b.jpg","URLCertificationType":"digest" """),
                $"store/nvr/channel/2 {type} Active", "target=human;pictureTransfer=url;pictures=1;pictureUrl=http://10.0.0.9/b.jpg;pictureLogin=digest");
        }

        yield return new("004 §8 person density", Nvr, """
            {"ipAddress":"10.0.0.9","portNo":80,"protocolType":"HTTP","macAddress":"58:03:fb:2a:e9:00","channelID":2,"dateTime":"2026-03-01T07:08:09+01:00","activePostCount":4,"eventType":"PERSON_DENSITY_DETECTION","eventState":"active","eventDescription":"it happened","channelName":"Gate & yard",
             "personDensityResult":[{"Target":[{"recognitionType":"human","TargetInfo":{"recognition":"personDensityDetection","dataSource":"trigger","densityLevel":2,"personCnt":17,"framesPeopleCounting_number":5}}]}]}
            """,
            "store/nvr/channel/2 personDensity Instant", "recognitionType=human;recognition=personDensityDetection;dataSource=trigger;densityLevel=2;personCnt=17;framesPeopleCounting=5", "store/nvr/channel/2 {densityLevel: 2, personCnt: 17}");
        yield return new("isapi.md 1.3 counting", Nvr, Alert("PeopleCounting", """ "peopleCounting":{"statisticalMethods":"timeRange","TimeRange":{"startTime":"2026-03-01T07:00:00+01:00","endTime":"2026-03-01T07:05:00+01:00"},"enter":9,"exit":3,"pass":1},"childCounting":{"enter":2,"exit":1} """),
            "store/nvr/channel/2 peopleCounting Instant", "mode=timeRange;startTime=2026-03-01T07:00:00+01:00;endTime=2026-03-01T07:05:00+01:00;enter=9;exit=3;pass=1;childEnter=2;childExit=1");
        yield return new("isapi.md 1.3 door", Gate, """{"ipAddress":"10.0.0.9","dateTime":"2026-03-01T07:08:09+01:00","activePostCount":4,"eventType":"AccessControllerEvent","eventState":"active","eventDescription":"it happened","AccessControllerEvent":{"deviceName":"Gate","majorEventType":5,"subEventType":1,"name":"Ada","doorNo":1,"employeeNoString":"007","cardNo":"0123","serialNo":88,"currentEvent":true}}""",
            "store/gate/door/1 accessGranted Instant", "-channelName;deviceName=Gate;user=Ada;doorNo=1;employee=007;card=0123;serial=88;raw=access 5/1");
    }
}
